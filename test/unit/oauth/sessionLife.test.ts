import assert from 'node:assert/strict';
import { createOAuthFetch } from '../../../src/core/oauth/oauthFetch.ts';
import { revokeTokens } from '../../../src/core/oauth/revocation.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { consent } from '../../support/demo/scriptedBrowser.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, silence } from '../../support/reply.ts';

const { signal } = new AbortController();

describe('a session at the demo server', () => {
  const suite = authenticationSuite();

  async function signedIn(scopes?: string) {
    const demo = await suite.demo();
    const assembly = suite.assemble({ browser: (url) => consent(url.href, { decision: 'allow' }) });
    const session = await assembly.signIn(demo.mcpUrl, scopes === undefined ? {} : { scopes });
    return { demo, ...assembly, session };
  }

  it('is refreshed with the rotated refresh token, time after time', async () => {
    const { demo, refresher, sessions, session } = await signedIn();
    const tokens = [session.tokens.refreshToken];
    for (let time = 0; time < 3; time++) {
      tokens.push((await refresher.refresh(demo.mcpUrl)).tokens.refreshToken);
    }
    assert.equal(new Set(tokens).size, 4);
    assert.deepEqual(
      demo.journal.refreshes.map(({ presented, status }) => [presented, status]),
      tokens.slice(0, 3).map((token) => [token, 200]),
    );
    assert.equal(sessions.get(demo.mcpUrl)?.tokens.refreshToken, tokens.at(-1));
  });

  it('is refreshed also when the server signs an ID token into the answer', async () => {
    const { demo, refresher } = await signedIn('openid offline_access mcp:tools');
    await refresher.refresh(demo.mcpUrl);
    assert.equal(demo.journal.refreshes.at(-1)?.status, 200);
  });

  it('is refreshed when its time has come, and not before', async () => {
    const { demo, refresher, clock, session } = await signedIn();
    const { accessToken } = session.tokens;
    assert.equal((await refresher.fresh(demo.mcpUrl)).tokens.accessToken, accessToken);
    clock.advance(3600_000 - 60_000);
    assert.notEqual((await refresher.fresh(demo.mcpUrl)).tokens.accessToken, accessToken);
  });

  it('is refreshed once however many ask', async () => {
    const { demo, refresher, clock } = await signedIn();
    clock.advance(3600_000);
    const all = await Promise.all(Array.from({ length: 5 }, () => refresher.fresh(demo.mcpUrl)));
    assert.equal(new Set(all.map(({ tokens }) => tokens.accessToken)).size, 1);
    assert.equal(demo.journal.refreshes.length, 1);
  });

  it('is expired, but not forgotten, after the server revoked everything', async () => {
    const { demo, refresher, sessions, clock } = await signedIn();
    demo.revokeEverything();
    await assert.rejects(refresher.refresh(demo.mcpUrl), { code: 'session_expired', remedy: 'authenticate' });
    assert.equal(sessions.get(demo.mcpUrl)?.refreshRejectedAt, clock.now());
  });

  it('is revoked and forgotten on signing out, the refresh token first', async () => {
    const { demo, ports, sessions, secrets, session } = await signedIn();
    assert.equal(await signOut({ serverUrl: demo.mcpUrl }, { ...ports, sessions }, signal), 'revoked');
    assert.deepEqual(
      demo.journal.revocations.map(({ token, clientId, status }) => [token, clientId, status]),
      [session.tokens.refreshToken, session.tokens.accessToken].map((token) => [
        token,
        session.client.clientId,
        200,
      ]),
    );
    assert.equal(sessions.get(demo.mcpUrl), undefined);
    assert.ok(![...secrets.values.values()].some((text) => text.includes(session.tokens.accessToken)));
  });
});

describe('revokeTokens', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;
  let session: Session;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble();
    session = await assembly.signIn(server.mcpUrl);
  });

  function revoke({ authorizationServer, client, tokens }: Session = session): Promise<boolean> {
    const authority = { server: authorizationServer, client };
    return revokeTokens(authority, tokens, createOAuthFetch(assembly.ports, signal));
  }

  function hints(): readonly (string | null)[] {
    return server.requests
      .filter(({ route }) => route === 'POST /revoke')
      .map(({ form }) => form.get('token_type_hint'));
  }

  it('revokes both tokens, with a hint of what they are', async () => {
    assert.equal(await revoke(), true);
    assert.deepEqual(hints(), ['refresh_token', 'access_token']);
  });

  it('revokes the access token where there is no other', async () => {
    await revoke({ ...session, tokens: { ...session.tokens, refreshToken: undefined } });
    assert.deepEqual(hints(), ['access_token']);
  });

  it('does nothing where revocation is not offered', async () => {
    const { revocation_endpoint: _endpoint, ...authorizationServer } = session.authorizationServer;
    assert.equal(await revoke({ ...session, authorizationServer }), false);
    assert.deepEqual(hints(), []);
  });

  for (const [what, answer, code] of [
    ['HTTP 503', page(503), 'server_error'],
    ['an OAuth error', json({ error: 'invalid_request' }, { status: 400 }), 'authorization_refused'],
  ] as const) {
    it(`fails with ${code} after ${what}, but tries both tokens`, async () => {
      server.answer('POST /revoke', answer);
      await assert.rejects(revoke(), { code });
      assert.deepEqual(hints(), ['refresh_token', 'access_token']);
    });
  }

  it('lets the person sign out also when the server fails to revoke', async () => {
    server.answer('POST /revoke', page(503));
    const { ports, sessions } = assembly;
    assert.equal(await signOut({ serverUrl: server.mcpUrl }, { ...ports, sessions }, signal), 'failed');
    assert.equal(sessions.get(server.mcpUrl), undefined);
  });

  it('keeps the session when signing out is cancelled', async () => {
    server.answer('POST /revoke', silence);
    const controller = new AbortController();
    const received = server.next('POST /revoke');
    const { ports, sessions } = assembly;
    const outcome = signOut({ serverUrl: server.mcpUrl }, { ...ports, sessions }, controller.signal);
    await received;
    controller.abort();
    await assert.rejects(outcome, { code: 'cancelled' });
    assert.ok(sessions.get(server.mcpUrl));
  });
});
