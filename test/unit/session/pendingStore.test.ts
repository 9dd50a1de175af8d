import assert from 'node:assert/strict';
import { serializePending } from '../../../src/core/oauth/pendingSignIn.ts';
import { PendingStore } from '../../../src/core/session/pendingStore.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { samplePending } from '../../support/samplePending.ts';

const tenMinutes = 10 * 60_000;
const onTaken = () => assert.fail('it was not taken');

describe('PendingStore', () => {
  const secrets = () => new FakeSecretStorage();

  function openStore(storage: FakeSecretStorage, id = 'window-2') {
    const clock = new FakeClock();
    const { log, redactor, lines } = recordLog();
    const window = { id, workspace: () => 'workspace-1' };
    const store = new PendingStore({
      secrets: storage,
      locks: new WindowLocks(),
      clock,
      log,
      redactor,
      window,
    });
    return { store, clock, lines, log };
  }

  it('writes a record that says whose it is and until when it can be finished', async () => {
    const storage = secrets();
    const { store, clock } = openStore(storage, 'window-1');
    await store.keep(samplePending(), onTaken);
    const [[key, text] = assert.fail('nothing was written'), ...others] = [...storage.values];
    assert.deepEqual(others, []);
    assert.equal(key, await hashedKey('pending:', 'state-1'));
    const { windowId, workspace, createdAt, expiresAt } = JSON.parse(text);
    assert.deepEqual([windowId, workspace], ['window-1', 'workspace-1']);
    assert.deepEqual([createdAt, expiresAt], [clock.now(), clock.now() + tenMinutes]);
  });

  it('lists what there is, the latest first', async () => {
    const storage = secrets();
    const { store } = openStore(storage);
    for (const [index, state] of ['state-a', 'state-b', 'state-c'].entries()) {
      const { authorization, createdAt } = samplePending();
      const record = { authorization: { ...authorization, state }, createdAt: createdAt + (index % 2) };
      await storage.store(await hashedKey('pending:', state), serializePending(samplePending(record)));
    }
    const [first] = await store.list();
    assert.equal(first?.authorization.state, 'state-b');
  });

  it('leaves and reports what it cannot read, and finishes nothing by it', async () => {
    const storage = secrets();
    const { store, lines } = openStore(storage);
    const key = await hashedKey('pending:', 'state-1');
    await storage.store(key, '{"version":2,"state":"a-secret"}');
    assert.deepEqual(await store.list(), []);
    assert.equal(await store.claim('state-1'), undefined);
    assert.equal(storage.values.size, 1);
    assert.equal(lines.filter((line) => line.startsWith('error')).length, 2);
    assert.ok(!lines.join().includes('a-secret'));
  });

  it('ignores a record under the key of another', async () => {
    const storage = secrets();
    const { store } = openStore(storage);
    await storage.store(await hashedKey('pending:', 'state-2'), serializePending(samplePending()));
    assert.equal(await store.claim('state-2'), undefined);
    assert.deepEqual(await store.list(), []);
  });

  it('gives a record away once', async () => {
    const storage = secrets();
    const [one, other] = [openStore(storage, 'window-1'), openStore(storage)];
    await one.store.keep(samplePending(), () => undefined);
    const claims = await Promise.all([other.store.claim('state-1'), other.store.claim('state-1')]);
    assert.equal(claims.filter((claim) => claim !== undefined).length, 1);
    assert.equal(storage.values.size, 0);
  });

  it('gives none away that is waited for in the same window, or was', async () => {
    const storage = secrets();
    const { store } = openStore(storage);
    await store.keep(samplePending(), onTaken);
    assert.equal(await store.claim('state-1'), undefined);
    assert.equal(storage.values.size, 1);
  });

  it('removes what has expired, and reports no failure of that', async () => {
    const storage = secrets();
    const { store, clock, lines } = openStore(storage);
    await storage.store(await hashedKey('pending:', 'state-1'), serializePending(samplePending()));
    clock.advance(tenMinutes);
    storage.refuse('delete');
    assert.deepEqual(await store.list(), []);
    assert.equal(storage.values.size, 1);
    assert.ok(lines.some((line) => line.startsWith('warn The record of a sign-in could not be removed')));
    storage.refuse();
    assert.equal(await store.claim('state-1'), undefined);
    assert.equal(storage.values.size, 0);
  });

  it('teaches the redactor whatever it reads', async () => {
    const storage = secrets();
    const { store, log, lines } = openStore(storage);
    await storage.store(await hashedKey('pending:', 'state-1'), serializePending(samplePending()));
    await store.list();
    log.info('code-verifier-1 client-secret-1 d-of-the-key state-1');
    assert.equal(lines.at(-1), 'info ‹redacted› ‹redacted› ‹redacted› ‹redacted›');
  });

  describe('for a window that waits', () => {
    it('tells when another takes the record, and not when it removes that itself', async () => {
      const storage = secrets();
      const waiting = openStore(storage, 'window-1').store;
      const held = await waiting.keep(samplePending(), onTaken);
      await held.release();
      assert.equal(storage.values.size, 0);
      const taken = Promise.withResolvers<void>();
      const again = await waiting.keep(samplePending(), taken.resolve);
      await openStore(storage).store.claim('state-1');
      await taken.promise;
      await assert.rejects(again.claim(), { code: 'cancelled', interruption: 'finishedElsewhere' });
    });

    it('goes on beyond ten minutes, when others may have removed the record', async () => {
      const storage = secrets();
      const { store, clock } = openStore(storage, 'window-1');
      const held = await store.keep(samplePending(), onTaken);
      clock.advance(tenMinutes);
      const other = openStore(storage);
      other.clock.advance(tenMinutes);
      await other.store.list();
      assert.equal(storage.values.size, 0);
      await held.claim();
    });

    it('leaves the record when it goes away', async () => {
      const storage = secrets();
      const held = await openStore(storage, 'window-1').store.keep(samplePending(), onTaken);
      held.leave();
      await held.release();
      assert.equal(storage.values.size, 1);
      await openStore(storage).store.claim('state-1');
    });

    it('takes over the record of another once, and lets the next know', async () => {
      const storage = secrets();
      await storage.store(await hashedKey('pending:', 'state-1'), serializePending(samplePending()));
      const held = await openStore(storage, 'window-2').store.adopt(samplePending(), onTaken);
      await assert.rejects(openStore(storage, 'window-3').store.adopt(samplePending(), onTaken), {
        interruption: 'finishedElsewhere',
      });
      const [text] = storage.values.values();
      assert.equal(JSON.parse(text ?? '{}').windowId, 'window-2');
      await held.claim();
      assert.equal(storage.values.size, 0);
    });
  });
});
