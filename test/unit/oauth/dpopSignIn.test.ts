import assert from 'node:assert/strict';
import type { Session } from '../../../src/core/session/session.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { BoundServer } from '../../support/boundServer.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, redirect } from '../../support/reply.ts';

describe('sign-in with bound tokens', () => {
  const suite = authenticationSuite();
  let bound: BoundServer;
  let server: MisbehavingServer;
  let assembly: Assembly;

  beforeEach(async () => {
    bound = new BoundServer();
    server = await suite.server(bound.routes);
    assembly = suite.assemble();
  });

  function signIn(dpop?: boolean): Promise<Session> {
    const serverUrl = new URL(server.mcpUrl);
    return assembly.authenticator.start({ serverUrl, transport: 'http', oauth: { dpop } }).result;
  }

  it('proves the key at the token endpoint, and keeps it with the session', async () => {
    const session = await signIn();
    const [{ alg, claims, thumbprint } = assert.fail('no proof'), ...others] = bound.requests;
    assert.deepEqual(others, []);
    assert.equal(alg, 'ES256');
    assert.partialDeepStrictEqual(claims, { htm: 'POST', htu: `${server.origin}/token` });
    assert.ok(!('ath' in claims));
    assert.equal(session.tokens.tokenType, 'dpop');
    assert.equal(session.dpop?.requiredByServer, true);
    assert.equal(assembly.opened[0]?.searchParams.get('dpop_jkt'), thumbprint);
  });

  it('says nothing of the key to an authorization server that does not speak of DPoP', async () => {
    bound.metadata = {};
    const { dpop } = await signIn();
    assert.equal(dpop?.algorithm, 'ES256');
    assert.equal(assembly.opened[0]?.searchParams.has('dpop_jkt'), false);
  });

  it('does the same because of a challenge with DPoP alone', async () => {
    bound.resource = {};
    bound.challenge = 'DPoP algs="ES256"';
    assert.ok((await signIn()).dpop);
  });

  it('does the same because the definition asks', async () => {
    bound.resource = {};
    assert.equal((await signIn(true)).dpop?.requiredByServer, false);
  });

  it('does not bind tokens where nobody asks', async () => {
    bound.resource = {};
    server.answer('POST /token', ({ headers }) => {
      assert.equal(headers.dpop, undefined);
      return json({ access_token: 'access-1-bearer', token_type: 'Bearer' });
    });
    const { dpop, tokens } = await signIn(false);
    assert.deepEqual([dpop, tokens.tokenType], [undefined, 'bearer']);
    assert.equal(assembly.opened[0]?.searchParams.has('dpop_jkt'), false);
  });

  it('ends before the browser opens, and before a registration, when no algorithm suits everybody', async () => {
    bound.metadata = { dpop_signing_alg_values_supported: ['HS256'] };
    await assert.rejects(signIn(), { code: 'dpop_not_supported', message: /algorithm/ });
    assert.deepEqual(assembly.opened, []);
    assert.ok(!server.asked.includes('POST /register'));
  });

  for (const [who, isConfigured] of [
    ['the server requires bound ones', false],
    ['the definition asks for bound ones', true],
  ] as const) {
    it(`refuses a Bearer token where ${who}`, async () => {
      bound.resource = isConfigured ? {} : bound.resource;
      bound.tokenType = 'Bearer';
      await assert.rejects(signIn(isConfigured), {
        code: 'dpop_not_supported',
        message: /not bound to a key/,
      });
      assert.equal(assembly.sessions.get(server.mcpUrl), undefined);
      assert.equal(assembly.secrets.values.size, 0);
    });
  }

  it('accepts the token type in any case', async () => {
    bound.tokenType = 'dPoP';
    assert.equal((await signIn()).tokens.tokenType, 'dpop');
  });

  it('sends the nonce that the token endpoint asks for, with the same code and a fresh proof', async () => {
    bound.nonces.authorization = 'nonce-1';
    await signIn();
    assert.deepEqual(
      bound.requests.map(({ claims, status }) => [claims.nonce, status]),
      [
        [undefined, 400],
        ['nonce-1', 200],
      ],
    );
    const codes = server.requests.flatMap(({ form }) => form.get('code') ?? []);
    assert.equal(codes.length, 2);
    assert.equal(new Set(codes).size, 1);
  });

  it('ends after one more attempt when the token endpoint asks for nonces without end', async () => {
    let nonce = 0;
    server.answer('POST /token', () =>
      json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': `nonce-${nonce++}` } }),
    );
    await assert.rejects(signIn(), {
      name: 'AuthError',
      code: 'authorization_refused',
      message: /use_dpop_nonce/,
    });
    assert.equal(nonce, 2);
  });

  it('does not try again when the token endpoint asks for a nonce but gives none', async () => {
    server.answer('POST /token', json({ error: 'use_dpop_nonce' }, { status: 400 }));
    await assert.rejects(signIn(), { code: 'authorization_refused' });
    assert.equal(server.asked.filter((route) => route === 'POST /token').length, 1);
  });

  for (const ahead of [3600, -3600]) {
    it(`takes the server's time where that is ${ahead} s ahead`, async () => {
      bound.ahead = ahead;
      await signIn();
      assert.deepEqual(
        bound.requests.map(({ status }) => status),
        [400, 200],
      );
    });
  }

  it('takes both the time and the nonce of a server', async () => {
    bound.ahead = 3600;
    bound.nonces.authorization = 'nonce-1';
    await signIn();
    assert.deepEqual(
      bound.requests.map(({ status }) => status),
      [400, 200],
    );
  });

  it('does not try again when a proof is refused and the clocks agree', async () => {
    server.answer('POST /token', json({ error: 'invalid_dpop_proof' }, { status: 400 }));
    await assert.rejects(signIn(), { code: 'authorization_refused', message: /invalid_dpop_proof/ });
    assert.equal(server.asked.filter((route) => route === 'POST /token').length, 1);
  });

  it('carries no proof to where the token endpoint redirects', async () => {
    const other = await suite.server();
    server.answer('POST /token', redirect(`${other.origin}/token`, 307));
    await assert.rejects(signIn(), { code: 'invalid_response' });
    assert.deepEqual(other.asked, []);
  });

  it('binds the tokens of the next sign-in to a new key, without being told again that it has to', async () => {
    const [first, second] = [await signIn(), await signIn()];
    assert.ok(second.dpop);
    assert.notDeepEqual(second.dpop.privateKey, first.dpop?.privateKey);
    assert.deepEqual(
      assembly.opened.map(({ searchParams }) => searchParams.get('dpop_jkt')),
      bound.requests.map(({ thumbprint }) => thumbprint),
    );
  });

  it('begins once more when the server requires bound tokens since the last sign-in', async () => {
    bound.resource = {};
    server.answer('POST /token', json({ access_token: 'access-1-bearer', token_type: 'Bearer' }));
    assert.equal((await signIn()).dpop, undefined);
    bound.resource = { dpop_bound_access_tokens_required: true };
    server.answer('POST /token', (request) => {
      if (request.headers.dpop === undefined) {
        return json({ error: 'invalid_dpop_proof' }, { status: 400 });
      }
      const answer = bound.routes(server)['POST /token'];
      return typeof answer === 'function' ? answer(request) : assert.fail('no answer');
    });
    assert.ok((await signIn()).dpop);
  });

  it('shows no key in the log or in an error that repeats the proof', async () => {
    server.answer('POST /token', ({ headers }) =>
      json({ error: 'invalid_dpop_proof', error_description: `${headers.dpop}` }, { status: 400 }),
    );
    await assert.rejects(signIn());
    const proof = server.requests.find(({ headers }) => headers.dpop !== undefined)?.headers.dpop;
    const signature = String(proof).split('.')[2] ?? assert.fail('no signature');
    assert.ok(assembly.lines.some((line) => line.includes('invalid_dpop_proof')));
    assert.ok(!assembly.lines.some((line) => line.includes(signature)));
  });

  it('gets Bearer tokens where the metadata is malformed in what it says of DPoP', async () => {
    bound.resource = { dpop_bound_access_tokens_required: 'yes', dpop_signing_alg_values_supported: 7 };
    server.answer('POST /token', json({ access_token: 'access-1-bearer', token_type: 'Bearer' }));
    assert.equal((await signIn()).dpop, undefined);
  });
});
