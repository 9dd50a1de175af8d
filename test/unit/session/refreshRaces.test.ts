import assert from 'node:assert/strict';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { onlyAccount, sampleSession } from '../../support/sampleSession.ts';
import {
  granted,
  refused,
  startTokenEndpoint,
  type TokenAnswer,
  type TokenEndpoint,
} from '../../support/tokenEndpoint.ts';
import { unexpectedGrants } from '../../support/unexpectedGrants.ts';

const { serverUrl } = sampleSession();
const rotated = granted({ access_token: 'access-token-2', refresh_token: 'refresh-token-2' });

describe('SessionRefresher, when something else happens while it waits', () => {
  let endpoint: TokenEndpoint;
  let secrets: FakeSecretStorage;
  let locks: WindowLocks;
  let sessions: SessionStore;
  let refresher: SessionRefresher;
  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    secrets = new FakeSecretStorage();
    locks = new WindowLocks();
    ({ sessions, refresher } = openWindow());
    await sessions.put(sampleSession({ authorizationServer: endpoint.authorizationServer }));
  });
  afterEach(() => endpoint.close());

  function openWindow() {
    const recorded = recordLog();
    const store = new SessionStore({ secrets, ...recorded });
    const ports = { fetch, clock: new FakeClock(), ...recorded, sessions: store, locks, ...unexpectedGrants };
    return { sessions: store, refresher: new SessionRefresher(ports) };
  }

  const signedInAgain = () =>
    sampleSession({
      authorizationServer: endpoint.authorizationServer,
      tokens: { accessToken: 'access-token-9', refreshToken: 'refresh-token-9' },
    });

  /** Refreshes, and does something else after the request came in and before it is answered. */
  async function refreshWhile(event: () => Promise<void>, answer: TokenAnswer) {
    endpoint.script(async () => {
      await event();
      return answer;
    });
    return await refresher.refresh(serverUrl);
  }

  it('does not overwrite a newer session with a refreshed older one', async () => {
    const newer = signedInAgain();
    assert.equal(await refreshWhile(() => sessions.put(newer), rotated), newer);
    assert.equal(sessions.get(serverUrl), newer);
    assert.deepEqual([...secrets.values.values()], [serializeSession(newer)]);
  });

  it('does not mark a newer session expired because an older one was rejected', async () => {
    const newer = signedInAgain();
    assert.equal(await refreshWhile(() => sessions.put(newer), refused('invalid_grant')), newer);
    assert.deepEqual([...secrets.values.values()], [serializeSession(newer)]);
  });

  for (const [what, answer, code] of [
    ['refreshed', rotated, 'not_authenticated'],
    ['rejected', refused('invalid_grant'), 'session_expired'],
  ] as const) {
    it(`does not bring back a session that was signed out of and then ${what}`, async () => {
      await assert.rejects(
        refreshWhile(() => sessions.delete(onlyAccount(serverUrl)), answer),
        { name: 'AuthError', code },
      );
      assert.equal(sessions.get(serverUrl), undefined);
      assert.equal(secrets.values.size, 0);
    });
  }

  it('takes over what another window has refreshed, although it has not been told yet', async () => {
    const other = openWindow();
    await other.sessions.reload();
    secrets.holdEvents();
    endpoint.script(() => rotated);
    const refreshed = await other.refresher.refresh(serverUrl);
    endpoint.script(() => refused('invalid_grant'));
    assert.deepEqual((await refresher.refresh(serverUrl)).tokens, refreshed.tokens);
    assert.deepEqual([...secrets.values.values()], [serializeSession(refreshed)]);
  });
});
