import assert from 'node:assert/strict';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { OwnSecrets, retryDelay } from '../../../src/core/windows/ownSecrets.ts';
import { type StoredChange, serializeChange } from '../../../src/core/windows/storedChange.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { nextChange } from '../../support/nextChange.ts';
import { recordLog } from '../../support/recordedLog.ts';

const early: StoredChange = { at: 1, value: 'a' };
const late: StoredChange = { at: 2, value: 'b' };

describe('OwnSecrets', () => {
  let key: string;
  let storage: FakeSecretStorage;
  let clock: FakeClock;
  let known: StoredChange | undefined;
  let unknown: string | undefined;
  let lines: readonly string[];
  let own: OwnSecrets;
  beforeEach(async () => {
    key = await hashedKey('session:', 'https://mcp.example');
    storage = new FakeSecretStorage();
    clock = new FakeClock();
    known = early;
    unknown = undefined;
    const recorded = recordLog();
    lines = recorded.lines;
    own = new OwnSecrets({
      storage,
      known: (name) => (name === unknown ? undefined : known),
      clock,
      log: recorded.log,
    });
  });
  afterEach(() => {
    own.dispose();
    assert.equal(clock.timerCount, 0);
  });

  const stored = () => storage.values.get(key);

  it('writes what is known at the moment of writing, not of asking', async () => {
    const writing = own.write(key);
    known = late;
    await writing;
    assert.equal(stored(), serializeChange(late));
  });

  it('does not overwrite what is later', async () => {
    await storage.store(key, serializeChange(late));
    await own.write(key);
    assert.deepEqual(await own.read(key), { isBusy: false, change: late });
  });

  it('writes a change that is not known yet', async () => {
    const deletion = { at: 3, value: null };
    await own.write(key, deletion);
    assert.equal(stored(), serializeChange(deletion));
  });

  it('writes nothing where nothing is known', async () => {
    known = undefined;
    await own.write(key);
    assert.equal(stored(), undefined);
  });

  it('says while a key is to be overwritten, also after it was refused', async () => {
    const writing = own.write(key);
    assert.equal((await own.read(key)).isBusy, true);
    await writing;
    assert.deepEqual(await own.read(key), { isBusy: false, change: early });
    known = late;
    storage.refuse('store');
    await assert.rejects(own.write(key), /refuses/);
    assert.deepEqual(await own.read(key), { isBusy: true, change: early });
  });

  it('rejects a read that the storage refuses, unless it is to be overwritten anyway', async () => {
    storage.refuse('get');
    await assert.rejects(own.read(key), /refuses to get/);
    await own.catchUp(key);
    assert.deepEqual(await own.read(key), { isBusy: true });
    assert.equal(lines.length, 1);
  });

  it('writes nothing else until what was refused is written', async () => {
    const other = await hashedKey('session:', 'https://other.example');
    storage.refuse('store');
    const [first, next] = [own.write(key), own.write(other)];
    await assert.rejects(first, /refuses/);
    await assert.rejects(next, /refuses/);
    storage.refuse();
    await own.write(other);
    assert.deepEqual([...storage.values.keys()], [key, other]);
  });

  it('writes what was refused once more before what is queued behind it', async () => {
    const other = await hashedKey('session:', 'https://other.example');
    const order: string[] = [];
    const store = storage.store.bind(storage);
    let isFirst = true;
    storage.store = async (name, value) => {
      order.push(name);
      if (isFirst) {
        isFirst = false;
        throw new Error('The keyring refuses once.');
      }
      await store(name, value);
    };
    const [first, next] = [own.write(key), own.write(other)];
    await assert.rejects(first, /once/);
    await next;
    assert.deepEqual(order, [key, key, other]);
  });

  it('tries everything that was to be written before it says that it has caught up', async () => {
    void own.catchUp(key);
    await own.catchUp();
    assert.equal(stored(), serializeChange(early));
  });

  it('writes what becomes known of a key while that is being written', async () => {
    const other = await hashedKey('session:', 'https://other.example');
    const store = storage.store.bind(storage);
    storage.store = async (name, value) => {
      await store(name, value);
      if (known === early) {
        known = late;
        void own.catchUp(other, key);
      }
    };
    await own.write(key);
    await own.catchUp();
    assert.equal(stored(), serializeChange(late));
  });

  it('writes down what is missing only where it still is', async () => {
    const other = await hashedKey('session:', 'https://other.example');
    storage.refuse('store');
    await own.catchUp(key, other);
    storage.refuse();
    await storage.store(key, serializeChange(early));
    await storage.store(other, serializeChange(late));
    storage.refuse('store', 'delete');
    await own.write(key);
    assert.equal((await own.read(other)).isBusy, false);
  });

  it('goes on trying what was refused', async () => {
    storage.refuse('store');
    await own.catchUp(key);
    for (const count of [2, 3]) {
      clock.advance(retryDelay);
      await until(() => lines.length === count, 'it was not tried again');
    }
    storage.refuse();
    clock.advance(retryDelay);
    await until(() => stored() === serializeChange(early), 'it was not written');
  });

  it('tells of changes to shared keys alone', async () => {
    const told = nextChange(own.onDidChange);
    await storage.store(await hashedKey('group:', 'x'), 'x');
    await storage.store(key, 'x');
    assert.equal(await told, key);
    assert.deepEqual(await own.keys(), [key]);
  });

  describe('removing', () => {
    let other: string;
    beforeEach(async () => {
      other = await hashedKey('session:', 'https://other.example');
      unknown = other;
      await storage.store(other, serializeChange(late));
    });

    it('waits, as writing does, until it may', async () => {
      const ready = Promise.withResolvers<void>();
      own.holdUntil(ready.promise);
      const done = Promise.all([own.write(key), own.drop(other)]);
      await own.read(key);
      assert.deepEqual([...storage.values.keys()], [other]);
      ready.resolve();
      await done;
      assert.deepEqual([...storage.values.keys()], [key]);
    });

    it('waits until what was refused is written', async () => {
      storage.refuse('store');
      await own.catchUp(key);
      await own.drop(other);
      assert.ok(storage.values.has(other));
      storage.refuse();
      await own.drop(other);
      assert.deepEqual([...storage.values.keys()], [key]);
    });

    it('hides what is there until it is removed', async () => {
      const done = own.drop(other);
      assert.deepEqual([await own.keys(), await own.read(other)], [[], { isBusy: false }]);
      await done;
    });

    it('leaves what has become known meanwhile', async () => {
      const done = own.drop(other);
      unknown = undefined;
      await done;
      assert.deepEqual(await own.keys(), [other]);
    });
  });

  it('removes what is asked for, and never complains that it cannot', async () => {
    await own.write(key);
    unknown = key;
    storage.refuse('delete');
    await own.drop(key);
    assert.match(lines.join('\n'), /debug An old deletion could not be removed/);
    storage.refuse();
    await own.drop(key);
    assert.equal(stored(), undefined);
  });
});
