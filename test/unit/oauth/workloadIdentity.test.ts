import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import {
  createWorkloadIdentities,
  type WorkloadIdentityPorts,
} from '../../../src/core/oauth/workloadIdentity.ts';
import { jwtOf } from '../../support/privateKeys.ts';
import { recordLog } from '../../support/recordedLog.ts';

const issuer = 'https://as.example';
const token = jwtOf({ sub: 'spiffe://example/agent', iat: 1 });
const file = { issuer, tokenFile: '/run/token' };
const variable = { issuer, environmentVariable: 'TOKEN' };

describe('createWorkloadIdentities', () => {
  function prepare(setting: unknown, ports: Partial<WorkloadIdentityPorts> = {}) {
    const { redactor, log, lines } = recordLog();
    const read: string[] = [];
    const identities = createWorkloadIdentities({
      setting: () => setting,
      async readFile(path) {
        read.push(path);
        return token;
      },
      environment: { TOKEN: token },
      redactor,
      ...ports,
    });
    return { identities, read, log, lines };
  }

  it('reads the file anew each time, without the white space around the token', async () => {
    const contents = [`${token}\n`, ` ${jwtOf({ sub: 'another' })}\r\n`];
    const { identities } = prepare([file], { readFile: async () => contents.shift() ?? '' });
    assert.equal(await identities.assertion(issuer), token);
    assert.equal(await identities.assertion(issuer), jwtOf({ sub: 'another' }));
  });

  it('reads an environment variable', async () => {
    const { identities, read } = prepare([variable]);
    assert.deepEqual([await identities.assertion(issuer), read], [token, []]);
  });

  it('keeps what it read out of the log', async () => {
    const { identities, log, lines } = prepare([file]);
    await identities.assertion(issuer);
    log.info(token.slice(1, -1) + token);
    assert.ok(!lines.join('').includes(token));
  });

  for (const [named, asked] of [
    [`${issuer}/`, issuer],
    [issuer, `${issuer}/`],
    [`${issuer}/tenant`, `${issuer}/tenant`],
  ] as const) {
    it(`takes what is named for ${named} for ${asked}`, async () => {
      assert.equal(await prepare([{ ...file, issuer: named }]).identities.assertion(asked), token);
    });
  }

  for (const asked of [
    'https://as.example.evil.example',
    'https://evil.example',
    'http://as.example',
    'https://as.example:8443',
    'https://as.example/tenant',
    'https://as.example//',
    'https://as.example/?',
    'https://AS.example',
    '',
  ]) {
    it(`keeps what is named for ${issuer} from ${JSON.stringify(asked)}, and reads nothing`, async () => {
      const { identities, read } = prepare([file, variable]);
      await assert.rejects(identities.assertion(asked), {
        code: 'invalid_setting',
        remedy: 'openSettings',
        message: `The setting "mcpAuth.workloadIdentities" names no token for the authorization server ${JSON.stringify(asked)}.`,
      });
      assert.deepEqual(read, []);
    });
  }

  it('tells a path from the same path with a slash', async () => {
    const { identities } = prepare([{ ...file, issuer: `${issuer}/tenant` }]);
    await assert.rejects(identities.assertion(`${issuer}/tenant/`), { code: 'invalid_setting' });
  });

  for (const setting of [
    'a text',
    [{ issuer }],
    [{ ...file, environmentVariable: 'TOKEN' }],
    [{ issuer, tokenFile: '' }],
    [{ issuer: 7, tokenFile: '/run/token' }],
  ]) {
    it(`refuses the setting ${JSON.stringify(setting)}`, async () => {
      await assert.rejects(prepare(setting).identities.assertion(issuer), {
        code: 'invalid_setting',
        message: /must be a list of objects with "issuer" and either/,
      });
    });
  }

  for (const [what, environment] of [
    ['unset', {}],
    ['empty', { TOKEN: ' ' }],
  ] as const) {
    it(`says that a variable is ${what}`, async () => {
      await assert.rejects(prepare([variable], { environment }).identities.assertion(issuer), {
        code: 'invalid_setting',
        message: 'The environment variable "TOKEN" of "mcpAuth.workloadIdentities" is not set.',
      });
    });
  }

  it('does not take a variable that every object has', async () => {
    const { identities } = prepare([{ issuer, environmentVariable: 'constructor' }]);
    await assert.rejects(identities.assertion(issuer), { code: 'invalid_setting', message: /not set/ });
  });

  const [header = '', payload = '', signature = ''] = token.split('.');
  for (const content of [
    'hunter2-is-the-password',
    '-----BEGIN PRIVATE KEY-----',
    `${header}.${payload}`,
    `${header}.${payload}.${signature}.x`,
    `${header}.bm90IGpzb24.${signature}`,
    `bm90IGpzb24.${payload}.${signature}`,
    `${header}.${payload}.sig nature`,
    '',
  ]) {
    it(`refuses to send ${JSON.stringify(content).slice(0, 40)}, and does not quote it`, async () => {
      await assert.rejects(
        prepare([file], { readFile: async () => content }).identities.assertion(issuer),
        (error) => {
          assert.ok(error instanceof AuthError);
          assert.deepEqual(
            [error.code, error.message],
            [
              'invalid_setting',
              'The file "/run/token" of "mcpAuth.workloadIdentities" does not hold a JSON Web Token.',
            ],
          );
          return true;
        },
      );
    });
  }
});
