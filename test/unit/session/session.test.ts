import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AuthError } from '../../../src/core/errors.ts';
import { grantedScope, parseSession, serializeSession } from '../../../src/core/session/session.ts';
import { anyText } from '../../support/anyText.ts';
import { type SessionChanges, sampleSession } from '../../support/sampleSession.ts';

const text = anyText();
const time = fc.integer({ min: 0, max: 8.64e15 });
const maybeText = fc.option(text, { nil: undefined });
const maybeTime = fc.option(time, { nil: undefined });

describe('parseSession', () => {
  it('gives back what was serialized', () => {
    const session = sampleSession({ refreshRejectedAt: 5 });
    assert.deepEqual(parseSession(serializeSession(session)), session);
  });

  for (const grant of ['clientCredentials', 'enterprise', 'workload'] as const) {
    it(`gives back how the tokens are obtained anew: ${grant}`, () => {
      const privateKey = '-----BEGIN PRIVATE KEY-----';
      const session = sampleSession({
        grant,
        client: {
          origin: 'preRegistered',
          clientId: 'id',
          privateKey,
          tokenEndpointAuthMethod: 'private_key_jwt',
        },
      });
      assert.deepEqual(parseSession(serializeSession(session)), session);
    });
  }

  it('gives back any session', () => {
    const sessions = fc
      .record({
        resource: text,
        requestedScope: maybeText,
        configuration: maybeText,
        createdAt: time,
        refreshRejectedAt: maybeTime,
        client: fc.record({
          origin: fc.constantFrom('dynamic', 'preRegistered'),
          clientId: text,
          clientSecret: maybeText,
          tokenEndpointAuthMethod: fc.constantFrom('none', 'client_secret_basic', 'client_secret_post'),
          secretExpiresAt: maybeTime,
        }),
        tokens: fc.record({
          accessToken: text,
          tokenType: text,
          refreshToken: maybeText,
          expiresAt: maybeTime,
          scope: maybeText,
          receivedAt: time,
        }),
      })
      .map((changes) => sampleSession(changes as SessionChanges));
    fc.assert(
      fc.property(sessions, (session) => {
        const written = serializeSession(session);
        assert.equal(serializeSession(parseSession(written)), written);
        assert.deepEqual(parseSession(written).tokens, JSON.parse(JSON.stringify(session.tokens)));
      }),
    );
  });

  it('keeps metadata that it does not know, for later versions to use', () => {
    const authorizationServer = {
      issuer: 'https://as.example',
      device_authorization_endpoint: 'https://as.example/d',
    };
    const session = sampleSession({ authorizationServer });
    assert.deepEqual(parseSession(serializeSession(session)).authorizationServer, authorizationServer);
  });

  const sample: Record<string, unknown> = JSON.parse(serializeSession(sampleSession()));
  const changed = (changes: object) => JSON.stringify({ ...sample, ...changes });
  const within = (key: string, changes: object) => changed({ [key]: { ...Object(sample[key]), ...changes } });

  const malformed: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'not JSON'],
    ['a truncated record', JSON.stringify(sample).slice(0, -9), 'not JSON'],
    ['a token alone', 'access-token-1', 'not JSON'],
    ['null', 'null', 'at its root'],
    ['a string', '"access-token-1"', 'at its root'],
    ['a list', '["access-token-1"]', 'at version'],
    ['a later version', changed({ version: 3 }), 'at version'],
    ['no version', changed({ version: undefined }), 'at version'],
    ['a server that is no URL', changed({ serverUrl: 'access-token-1' }), 'at serverUrl'],
    ['no resource', changed({ resource: null }), 'at resource'],
    ['no authorization server', changed({ authorizationServer: null }), 'at authorizationServer'],
    ['no issuer', within('authorizationServer', { issuer: undefined }), 'at authorizationServer.issuer'],
    [
      'an issuer that is no URL',
      within('authorizationServer', { issuer: 'as' }),
      'at authorizationServer.issuer',
    ],
    [
      'a token endpoint that is no text',
      within('authorizationServer', { token_endpoint: 7 }),
      'at authorizationServer.token_endpoint',
    ],
    ['an unknown origin', within('client', { origin: 'refresh-token-1' }), 'at client.origin'],
    ['a list as secret', within('client', { clientSecret: ['client-secret-1'] }), 'at client.clientSecret'],
    [
      'an unknown method',
      within('client', { tokenEndpointAuthMethod: 'client_secret_jwt' }),
      'at client.tokenEndpointAuthMethod',
    ],
    ['no tokens', changed({ tokens: [] }), 'at tokens.accessToken'],
    ['a number as token', within('tokens', { accessToken: 1 }), 'at tokens.accessToken'],
    ['null as refresh token', within('tokens', { refreshToken: null }), 'at tokens.refreshToken'],
    ['an expiry that is no number', within('tokens', { expiresAt: 'access-token-1' }), 'at tokens.expiresAt'],
    ['an unknown grant', changed({ grant: 'password' }), 'at grant'],
    ['no time', changed({ createdAt: null }), 'at createdAt'],
  ];
  for (const [what, record, place] of malformed) {
    it(`refuses ${what} without quoting it`, () => {
      assert.throws(
        () => parseSession(record),
        (error) => {
          assert.ok(error instanceof AuthError);
          assert.deepEqual(
            [error.code, error.message, error.cause],
            ['storage', `A stored session could not be read (${place}).`, undefined],
          );
          return true;
        },
      );
    });
  }
});

describe('grantedScope', () => {
  for (const [scope, requestedScope, granted] of [
    ['a', 'a b', 'a'],
    [undefined, 'a b', 'a b'],
    ['', 'a b', ''],
    [undefined, undefined, undefined],
  ] as const) {
    it(`is ${granted} when ${requestedScope} was asked for and ${scope} was answered`, () => {
      assert.equal(grantedScope(sampleSession({ requestedScope, tokens: { scope } })), granted);
    });
  }
});
