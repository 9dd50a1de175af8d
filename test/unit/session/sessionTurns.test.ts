import assert from 'node:assert/strict';
import { sessionLockKey } from '../../../src/core/session/account.ts';
import { Authenticator } from '../../../src/core/session/authenticator.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { refOf, type Session } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';
import { granted, startTokenEndpoint, type TokenEndpoint } from '../../support/tokenEndpoint.ts';
import { unexpectedGrants } from '../../support/unexpectedGrants.ts';

const { serverUrl } = sampleSession();
const rotated = granted({ access_token: 'access-token-2', refresh_token: 'refresh-token-2' });
const done = { status: 200, body: '' };

describe('what replaces or ends a session, in turn with whatever else does', () => {
  let endpoint: TokenEndpoint;
  let secrets: FakeSecretStorage;
  let locks: WindowLocks;
  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    secrets = new FakeSecretStorage();
    locks = new WindowLocks();
  });
  afterEach(() => endpoint.close());

  function openWindow() {
    const recorded = recordLog();
    const sessions = new SessionStore({ secrets, ...recorded });
    const clock = new FakeClock();
    const ports = { fetch, clock, ...recorded, sessions, locks };
    const refresher = new SessionRefresher({ ...ports, ...unexpectedGrants });
    const end = () => signOut({ serverUrl }, ports, new AbortController().signal);
    return { sessions, refresher, clock, end };
  }

  function session(accountId = 'default', name = '1'): Session {
    return sampleSession({
      authorizationServer: endpoint.authorizationServer,
      account: { id: accountId, addedAt: sampleTime },
      tokens: { accessToken: `access-token-${name}`, refreshToken: `refresh-token-${name}` },
    });
  }

  /** What was asked of the endpoints, and with which token. */
  const asked = () =>
    endpoint.requests.map(({ path, form }) => [path, form.get('refresh_token') ?? form.get('token')]);

  it('lets a sign-out in another window wait for a refresh, and revoke what that has brought', async () => {
    const [one, two] = [openWindow(), openWindow()];
    await one.sessions.put(session());
    await two.sessions.reload();
    // The other window does not hear of the refresh before it asks.
    secrets.holdEvents();
    let ended: Promise<unknown> | undefined;
    endpoint.script(({ path }) => {
      ended ??= two.end();
      return path === '/token' ? rotated : done;
    });
    await one.refresher.refresh(serverUrl);
    assert.equal(await ended, 'revoked');
    assert.deepEqual(asked(), [
      ['/token', 'refresh-token-1'],
      ['/revoke', 'refresh-token-2'],
      ['/revoke', 'access-token-2'],
    ]);
    assert.equal(secrets.values.size, 0);
  });

  it('refreshes nothing after a sign-out in another window that it waited for', async () => {
    const [one, two] = [openWindow(), openWindow()];
    await one.sessions.put(session());
    await two.sessions.reload();
    secrets.holdEvents();
    let refresh: Promise<unknown> | undefined;
    endpoint.script(({ path }) => {
      assert.equal(path, '/revoke');
      refresh ??= one.refresher.refresh(serverUrl);
      return done;
    });
    await two.end();
    await assert.rejects(refresh ?? Promise.resolve(), { name: 'AuthError', code: 'not_authenticated' });
    assert.equal(one.sessions.get(serverUrl), undefined);
  });

  it('sends one request when two windows find a token expired', async () => {
    const [one, two] = [openWindow(), openWindow()];
    await one.sessions.put(session());
    await two.sessions.reload();
    secrets.holdEvents();
    endpoint.script(() => rotated);
    const results = await Promise.all([one, two].map(({ refresher }) => refresher.refresh(serverUrl)));
    assert.deepEqual(
      results.map(({ tokens }) => tokens.accessToken),
      ['access-token-2', 'access-token-2'],
    );
    assert.deepEqual(asked(), [['/token', 'refresh-token-1']]);
  });

  it('sends one request when a session turns out to be over in two windows', async () => {
    const [one, two] = [openWindow(), openWindow()];
    await one.sessions.put(session());
    await two.sessions.reload();
    endpoint.script(() => ({ status: 400, body: JSON.stringify({ error: 'invalid_grant' }) }));
    const results = await Promise.allSettled([one, two].map(({ refresher }) => refresher.refresh(serverUrl)));
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && result.reason.code),
      ['session_expired', 'session_expired'],
    );
    assert.equal(endpoint.requests.length, 1);
  });

  it('refreshes two accounts at one server side by side, each with its own tokens', async () => {
    const { sessions, refresher } = openWindow();
    await sessions.put(session());
    await sessions.put(session('second', 'b'));
    const both = Promise.withResolvers<void>();
    endpoint.script(async ({ form }) => {
      const token = form.get('refresh_token');
      if (endpoint.requests.length === 2) {
        both.resolve();
      }
      await both.promise;
      assert.ok(refresher.isRefreshing(serverUrl, 'default') && refresher.isRefreshing(serverUrl, 'second'));
      return granted({ access_token: `access-for-${token}`, refresh_token: `next-${token}` });
    });
    const refreshed = await Promise.all([
      refresher.refresh(serverUrl, 'second'),
      refresher.refresh(serverUrl),
    ]);
    assert.deepEqual(
      refreshed.map(({ tokens }) => tokens.accessToken),
      ['access-for-refresh-token-b', 'access-for-refresh-token-1'],
    );
    assert.deepEqual(
      sessions.accounts(serverUrl).map(({ tokens }) => tokens.refreshToken),
      ['next-refresh-token-1', 'next-refresh-token-b'],
    );
    assert.equal(refresher.isRefreshing(serverUrl, 'second'), false);
  });

  it('signs one account out and leaves the other one as it is', async () => {
    const { sessions, end } = openWindow();
    await sessions.put(session());
    await sessions.put(session('second', 'b'));
    endpoint.script(() => done);
    await end();
    assert.deepEqual(sessions.accounts(serverUrl), [session('second', 'b')]);
  });

  it('writes in turn what could not be written, unless there is something newer by then', async () => {
    const [one, two] = [openWindow(), openWindow()];
    await one.sessions.put(session());
    await two.sessions.reload();
    secrets.refuse('store');
    endpoint.script(() => rotated);
    await one.refresher.refresh(serverUrl);
    secrets.refuse();
    secrets.holdEvents();
    const newest = session('default', '9');
    const isFree = Promise.withResolvers<void>();
    const signIn = locks.run(sessionLockKey(refOf(newest)), async () => {
      await isFree.promise;
      await two.sessions.put(newest);
    });
    const used = one.refresher.fresh(serverUrl);
    isFree.resolve();
    await signIn;
    assert.deepEqual((await used).tokens, newest.tokens);
    await two.sessions.reload();
    assert.deepEqual(two.sessions.get(serverUrl), newest);
  });

  it('begins another refresh when the one that is about to end has brought what was rejected', async () => {
    const { sessions, refresher } = openWindow();
    await sessions.put(session());
    let renewed: Promise<Session> | undefined;
    endpoint.script(({ form }) => {
      const number = form.get('refresh_token') === 'refresh-token-1' ? 2 : 3;
      return granted({ access_token: `access-token-${number}`, refresh_token: `refresh-token-${number}` });
    });
    sessions.onDidChange(() => {
      renewed ??= refresher.renew(serverUrl, 'access-token-2');
    });
    await refresher.refresh(serverUrl);
    await until(() => renewed !== undefined, 'nothing was stored');
    assert.equal((await renewed)?.tokens.accessToken, 'access-token-3');
    assert.equal(refresher.isRefreshing(serverUrl), false);
  });

  describe('at the end of a sign-in', () => {
    const suite = authenticationSuite();

    it('stores the session under the lock of its account', async () => {
      const server = await suite.server();
      const { ports, sessions } = suite.assemble();
      const turns: unknown[] = [];
      const stored = () => sessions.get(server.mcpUrl) !== undefined;
      const authenticator = new Authenticator(
        {
          ...ports,
          locks: {
            run: async (key, work) => {
              const before = stored();
              const result = await work();
              turns.push([key, before, stored()]);
              return result;
            },
          },
        },
        sessions,
      );
      const signedIn = await authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' })
        .result;
      assert.deepEqual(turns, [[sessionLockKey(refOf(signedIn)), false, true]]);
      authenticator.dispose();
    });
  });
});
