import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/event.ts';
import { BackgroundRefresher } from '../../../src/core/session/backgroundRefresher.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { nextChange } from '../../support/nextChange.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';
import { granted, refused, startTokenEndpoint, type TokenEndpoint } from '../../support/tokenEndpoint.ts';
import { unexpectedGrants } from '../../support/unexpectedGrants.ts';

const minute = 60_000;
const hour = 60 * minute;
const lead = 5 * minute;
const { serverUrl } = sampleSession();

describe('BackgroundRefresher', () => {
  let endpoint: TokenEndpoint;
  let clock: FakeClock;
  let secrets: FakeSecretStorage;
  let recorded: ReturnType<typeof recordLog>;
  let sessions: SessionStore;
  let refresher: SessionRefresher;
  let background: BackgroundRefresher;
  let servers: string[];
  let isHolder: boolean;
  let isOnline: boolean;
  const changed = new Emitter<void>();

  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    clock = new FakeClock();
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    sessions = new SessionStore({ secrets, ...recorded });
    const ports = { fetch, clock, ...recorded, sessions, locks: new WindowLocks(), ...unexpectedGrants };
    refresher = new SessionRefresher(ports);
    [servers, isHolder, isOnline] = [[serverUrl], true, true];
    background = new BackgroundRefresher({
      sessions,
      refresher,
      clock,
      log: recorded.log,
      servers: () => servers,
      onDidChange: changed.event,
      isHolder: () => isHolder,
      isOnline: () => isOnline,
      random: () => 0,
    });
    await sessions.put(sampleSession({ authorizationServer: endpoint.authorizationServer }));
  });
  afterEach(async () => {
    background.dispose();
    await endpoint.close();
    assert.equal(clock.timerCount, 0, 'no timer is left');
  });

  let tokens = 1;
  const rotate = () => {
    tokens++;
    return granted({ access_token: `access-token-${tokens}`, refresh_token: `refresh-token-${tokens}` });
  };

  /** Moves time on, and waits for the refresh that this brings. */
  async function refreshedAfter(ms: number): Promise<void> {
    const before = endpoint.requests.length;
    clock.advance(ms);
    await until(() => endpoint.requests.length > before, 'no refresh was asked for');
    await until(() => !refresher.isRefreshing(serverUrl), 'the refresh does not end');
  }

  it('refreshes ahead of every expiry, and at no other time', async () => {
    endpoint.script(rotate);
    for (const round of [1, 2, 3]) {
      clock.advance(hour - lead - 1);
      assert.equal(endpoint.requests.length, round - 1);
      await refreshedAfter(1);
      assert.equal(sessions.get(serverUrl)?.tokens.expiresAt, clock.now() + hour);
    }
  });

  it('leaves the first go to the holder, and takes over when that has not come', async () => {
    isHolder = false;
    changed.fire();
    endpoint.script(rotate);
    clock.advance(hour - 0.7 * lead - 1);
    assert.equal(endpoint.requests.length, 0);
    await refreshedAfter(1);
  });

  it('becomes the first when the holder is gone', async () => {
    isHolder = false;
    changed.fire();
    clock.advance(hour - lead);
    endpoint.script(rotate);
    isHolder = true;
    changed.fire();
    await refreshedAfter(0);
  });

  it('leaves servers alone that this window has no business with', async () => {
    servers = ['https://other.example'];
    changed.fire();
    clock.advance(2 * hour);
    assert.deepEqual(endpoint.requests, []);
  });

  it('waits longer each time that the server cannot answer, and refreshes when it can', async () => {
    endpoint.script(() => ({ status: 503, body: '' }));
    await refreshedAfter(hour - lead);
    for (const pause of [2_500, 5_000, 10_000]) {
      clock.advance(pause - 1);
      assert.ok(!refresher.isRefreshing(serverUrl));
      await refreshedAfter(1);
    }
    endpoint.script(rotate);
    await refreshedAfter(20_000);
    assert.equal(sessions.get(serverUrl)?.tokens.expiresAt, clock.now() + hour);
  });

  it('does not ask again by itself what only the person can mend', async () => {
    endpoint.script(() => refused('invalid_grant'));
    await refreshedAfter(hour - lead);
    assert.ok(sessions.get(serverUrl)?.refreshRejectedAt);
    clock.advance(24 * hour);
    assert.equal(endpoint.requests.length, 1);
  });

  it('asks nobody while the machine is offline, and those on this machine all the same', async () => {
    isOnline = false;
    const far = sampleSession({ serverUrl: 'https://far.example' });
    await sessions.put(far);
    servers = [far.serverUrl, serverUrl];
    changed.fire();
    endpoint.script(rotate);
    await refreshedAfter(hour - lead);
    clock.advance(hour / 2);
    assert.equal(sessions.get(far.serverUrl), far);
    assert.doesNotMatch(recorded.lines.join('\n'), /could not be refreshed/);
  });

  it('asks at once when the machine is back on the network', async () => {
    endpoint.script(() => 'reset');
    await refreshedAfter(hour - lead);
    for (const pause of [2_500, 5_000, 10_000, 20_000, 40_000]) {
      await refreshedAfter(pause);
    }
    isOnline = false;
    clock.advance(30_000);
    isOnline = true;
    endpoint.script(rotate);
    await refreshedAfter(30_000);
    assert.ok(sessions.get(serverUrl)?.tokens.accessToken.startsWith('access-token-'));
  });

  it('refreshes what has expired while the machine was asleep', async () => {
    endpoint.script(rotate);
    clock.sleep(8 * hour);
    await refreshedAfter(0);
    assert.match(recorded.lines.join('\n'), /debug The machine was asleep/);
  });

  it('writes what the storage refused as soon as it takes it', async () => {
    endpoint.script(rotate);
    secrets.refuse('store');
    await refreshedAfter(hour - lead);
    assert.equal(sessions.unsaved.length, 1);
    secrets.refuse();
    const saved = nextChange(sessions.onDidChange);
    clock.advance(30_000);
    await saved;
    await until(() => sessions.unsaved.length === 0, 'it is still not saved');
    assert.ok([...secrets.values.values()].join().includes(`refresh-token-${tokens}`));
  });

  it('has no timer while there is nothing to look after', async () => {
    await sessions.delete({ serverUrl, accountId: 'default' });
    assert.equal(clock.timerCount, 0);
    assert.ok(sampleTime <= clock.now());
  });
});
