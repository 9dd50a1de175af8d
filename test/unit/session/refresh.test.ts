import assert from 'node:assert/strict';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { type SessionChanges, sampleSession } from '../../support/sampleSession.ts';
import {
  granted,
  refused,
  startTokenEndpoint,
  type TokenAnswer,
  type TokenEndpoint,
} from '../../support/tokenEndpoint.ts';
import { unexpectedGrants } from '../../support/unexpectedGrants.ts';

const minute = 60_000;
const hour = 60 * minute;
const { serverUrl } = sampleSession();
const rotated = granted({ access_token: 'access-token-2', refresh_token: 'refresh-token-2' });

describe('SessionRefresher', () => {
  let endpoint: TokenEndpoint;
  let clock: FakeClock;
  let secrets: FakeSecretStorage;
  let recorded: ReturnType<typeof recordLog>;
  let sessions: SessionStore;
  let refresher: SessionRefresher;
  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    clock = new FakeClock();
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    sessions = new SessionStore({ secrets, ...recorded });
    refresher = new SessionRefresher({
      fetch,
      clock,
      ...recorded,
      sessions,
      locks: new WindowLocks(),
      ...unexpectedGrants,
    });
  });
  afterEach(async () => {
    await endpoint.close();
    assert.doesNotMatch(recorded.lines.join('\n'), /(?:access|refresh)-token-\d|client-secret-1/);
  });

  async function signedIn(changes: SessionChanges = {}) {
    const session = sampleSession({ authorizationServer: endpoint.authorizationServer, ...changes });
    await sessions.put(session);
    return session;
  }

  const stored = () => [...secrets.values.values()];

  describe('fresh', () => {
    it('uses a token as it is while it is good for more than a minute', async () => {
      const session = await signedIn();
      clock.advance(hour - minute - 1);
      assert.equal(await refresher.fresh(serverUrl), session);
      assert.deepEqual(endpoint.requests, []);
    });

    it('uses a token without an end as it is', async () => {
      const session = await signedIn({ tokens: { expiresAt: undefined } });
      clock.advance(1000 * hour);
      assert.equal(await refresher.fresh(serverUrl), session);
    });

    it('refreshes a token in its last minute', async () => {
      await signedIn();
      endpoint.script(() => rotated);
      clock.advance(hour - minute);
      const { tokens } = await refresher.fresh(serverUrl);
      assert.deepEqual(tokens, {
        accessToken: 'access-token-2',
        tokenType: 'bearer',
        refreshToken: 'refresh-token-2',
        expiresAt: clock.now() + hour,
        scope: 'mcp:tools',
        receivedAt: clock.now(),
      });
    });

    it('refreshes a token that lives for a minute in its last six seconds', async () => {
      const session = await signedIn({ tokens: { expiresAt: clock.now() + minute } });
      clock.advance(54_000 - 1);
      assert.equal(await refresher.fresh(serverUrl), session);
      endpoint.script(() => rotated);
      clock.advance(1);
      assert.equal((await refresher.fresh(serverUrl)).tokens.accessToken, 'access-token-2');
    });

    it('still serves a token in its last minute when it cannot be refreshed', async () => {
      const session = await signedIn();
      endpoint.script(() => 'reset');
      clock.advance(hour - 1);
      assert.equal(await refresher.fresh(serverUrl), session);
      assert.match(recorded.lines.join('\n'), /warn The session could not be refreshed ahead of its expiry/);
      clock.advance(1);
      await assert.rejects(refresher.fresh(serverUrl), { name: 'AuthError', code: 'network' });
    });

    it('does not serve a token whose session its server has ended', async () => {
      await signedIn();
      endpoint.script(() => refused('invalid_grant'));
      clock.advance(hour - 1);
      await assert.rejects(refresher.fresh(serverUrl), { name: 'AuthError', code: 'session_expired' });
    });

    for (const [what, changes] of [
      ['without a refresh token', { tokens: { refreshToken: undefined } }],
      ['whose refresh token was rejected', { refreshRejectedAt: 1 }],
    ] as const) {
      it(`uses a session ${what} to the end, and no longer`, async () => {
        const session = await signedIn(changes);
        clock.advance(hour - 1);
        assert.equal(await refresher.fresh(serverUrl), session);
        clock.advance(1);
        await assert.rejects(refresher.fresh(serverUrl), { name: 'AuthError', code: 'session_expired' });
        assert.deepEqual(endpoint.requests, []);
      });
    }

    it('says so when there is no session', async () => {
      await assert.rejects(refresher.fresh(serverUrl), { name: 'AuthError', code: 'not_authenticated' });
    });
  });

  describe('refresh', () => {
    it('sends refresh token, resource and client, and stores what it got', async () => {
      await signedIn();
      endpoint.script(() => rotated);
      const refreshed = await refresher.refresh(serverUrl);
      assert.deepEqual(
        endpoint.requests.map(({ path, form }) => ({ path, ...Object.fromEntries(form) })),
        [
          {
            path: '/token',
            grant_type: 'refresh_token',
            refresh_token: 'refresh-token-1',
            resource: 'https://mcp.example/mcp',
            client_id: 'client-1',
            client_secret: 'client-secret-1',
          },
        ],
      );
      assert.equal(sessions.get(serverUrl), refreshed);
      assert.deepEqual(stored(), [serializeSession(refreshed)]);
    });

    it('keeps the old refresh token when the server does not rotate it', async () => {
      await signedIn();
      endpoint.script(() => granted({ access_token: 'access-token-2' }));
      const { tokens } = await refresher.refresh(serverUrl);
      assert.deepEqual([tokens.accessToken, tokens.refreshToken], ['access-token-2', 'refresh-token-1']);
    });

    it('takes a session that was refreshed after all for refreshable again', async () => {
      await signedIn({ refreshRejectedAt: 1 });
      endpoint.script(() => rotated);
      assert.equal((await refresher.refresh(serverUrl)).refreshRejectedAt, undefined);
    });

    it('sends one request, however many ask, and tells while it runs', async () => {
      await signedIn();
      const changes: boolean[] = [];
      refresher.onDidChange(() => changes.push(refresher.isRefreshing(serverUrl)));
      endpoint.script(() => rotated);
      clock.advance(hour);
      const asked = [refresher.fresh(serverUrl), refresher.refresh(serverUrl), refresher.fresh(serverUrl)];
      const results = await Promise.all([...asked, refresher.renew(serverUrl, 'access-token-1')]);
      assert.equal(endpoint.requests.length, 1);
      assert.equal(new Set(results).size, 1);
      assert.deepEqual(changes, [true, false]);
    });

    it('sends another request for another server, and after one has failed', async () => {
      await signedIn();
      await signedIn({ serverUrl: 'https://other.example' });
      endpoint.script(() => 'reset');
      await Promise.allSettled([refresher.refresh(serverUrl), refresher.refresh('https://other.example')]);
      assert.equal(endpoint.requests.length, 2);
      endpoint.script(() => rotated);
      await refresher.refresh(serverUrl);
      assert.equal(endpoint.requests.length, 3);
    });

    for (const [what, answer] of [
      ['its refresh token', refused('invalid_grant')],
      ['the registration of its client', refused('invalid_client', 401)],
    ] as const) {
      it(`marks the session expired when the server rejects ${what}, and keeps the record`, async () => {
        const session = await signedIn();
        endpoint.script(() => answer);
        await assert.rejects(refresher.refresh(serverUrl), { name: 'AuthError', code: 'session_expired' });
        const marked = { ...session, refreshRejectedAt: clock.now() };
        assert.deepEqual(sessions.get(serverUrl), marked);
        assert.deepEqual(stored(), [serializeSession(marked)]);
      });
    }

    for (const origin of ['preRegistered', 'metadataDocument'] as const) {
      it(`changes nothing when the server does not know a client of origin ${origin}`, async () => {
        const client = { origin, clientId: 'client-1', tokenEndpointAuthMethod: 'none' } as const;
        const session = await signedIn({ client });
        endpoint.script(() => refused('invalid_client', 401));
        await assert.rejects(refresher.refresh(serverUrl), { name: 'AuthError', code: 'client_rejected' });
        assert.equal(sessions.get(serverUrl), session);
      });
    }

    const failures: readonly (readonly [string, TokenAnswer, string])[] = [
      ['the connection breaks', 'reset', 'network'],
      ['the server has a problem', { status: 503, body: 'down' }, 'server_error'],
      ['the server asks to slow down', { status: 429, body: '' }, 'server_error'],
      ['the server has a problem and calls it invalid_grant', refused('server_error', 500), 'server_error'],
      ['the answer is a page', { status: 200, body: '<html>' }, 'invalid_response'],
      ['the answer has no token', { status: 200, body: '{}' }, 'invalid_response'],
      ['the request is refused', refused('invalid_scope'), 'authorization_refused'],
    ];
    for (const [what, answer, code] of failures) {
      it(`changes nothing when ${what}`, async () => {
        const session = await signedIn();
        endpoint.script(() => answer);
        await assert.rejects(refresher.refresh(serverUrl), { name: 'AuthError', code });
        assert.equal(sessions.get(serverUrl), session);
        assert.deepEqual(stored(), [serializeSession(session)]);
      });
    }

    it('keeps new tokens that could not be written in memory, and writes them on next use', async () => {
      const session = await signedIn();
      endpoint.script(() => rotated);
      secrets.refuse('store');
      const refreshed = await refresher.refresh(serverUrl);
      assert.equal(sessions.get(serverUrl), refreshed);
      assert.deepEqual(stored(), [serializeSession(session)]);
      secrets.refuse();
      assert.equal(await refresher.fresh(serverUrl), refreshed);
      assert.deepEqual(stored(), [serializeSession(refreshed)]);
    });
  });

  describe('renew', () => {
    it('refreshes when the rejected token is the one that is stored', async () => {
      await signedIn();
      endpoint.script(() => rotated);
      const { tokens } = await refresher.renew(serverUrl, 'access-token-1');
      assert.equal(tokens.accessToken, 'access-token-2');
    });

    it('gives the stored session when it has another token by now', async () => {
      const session = await signedIn();
      assert.equal(await refresher.renew(serverUrl, 'access-token-0'), session);
      assert.deepEqual(endpoint.requests, []);
    });
  });
});
