import assert from 'node:assert/strict';
import { generateDpopKey } from '../../../src/core/oauth/dpopKey.ts';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

describe('summarizeSession', () => {
  it('tells everything but the secrets', () => {
    const summary = summarizeSession(sampleSession());
    assert.deepEqual(summary, {
      issuer: 'https://as.example',
      scopes: ['mcp:tools'],
      expiresAt: sampleTime + 3_600_000,
      refreshable: true,
      isBound: false,
      clientId: 'client-1',
      clientOrigin: 'dynamic',
      createdAt: sampleTime,
    });
    assert.doesNotMatch(JSON.stringify(summary), /access-token|refresh-token|client-secret/);
  });

  it('tells of a key only that there is one', async () => {
    const dpop = await generateDpopKey({ algorithm: 'ES256', requiredByServer: true });
    const summary = summarizeSession(sampleSession({ dpop }));
    assert.equal(summary.isBound, true);
    assert.ok(!JSON.stringify(summary).includes(String(dpop.privateKey.d)));
  });

  it('lists the scopes that were asked for where the server did not say otherwise', () => {
    const summary = summarizeSession(sampleSession({ tokens: { scope: undefined } }));
    assert.deepEqual(summary.scopes, ['mcp:tools', 'offline_access']);
  });

  it('lists no scope where there is none, and none that is empty', () => {
    const none = { requestedScope: undefined, tokens: { scope: undefined } };
    assert.deepEqual(summarizeSession(sampleSession(none)).scopes, []);
    assert.deepEqual(summarizeSession(sampleSession({ tokens: { scope: ' a  b ' } })).scopes, ['a', 'b']);
  });

  for (const [what, session] of [
    ['without a refresh token', sampleSession({ tokens: { refreshToken: undefined } })],
    ['whose refresh token was rejected', sampleSession({ refreshRejectedAt: sampleTime })],
  ] as const) {
    it(`says that a session ${what} does not refresh itself`, () => {
      assert.equal(summarizeSession(session).refreshable, false);
    });
  }
});
