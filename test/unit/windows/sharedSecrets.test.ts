import assert from 'node:assert/strict';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { SharedSecrets } from '../../../src/core/windows/sharedSecrets.ts';
import { parseChange, serializeChange } from '../../../src/core/windows/storedChange.ts';
import type { SecretChange } from '../../../src/core/windows/windowGroup.ts';
import { until } from '../../support/authenticationSuite.ts';
import { BrowserProfile } from '../../support/browserProfile.ts';
import { DesktopStorage } from '../../support/desktopStorage.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { type MemoryWindow, MemoryWindows } from '../../support/memoryWindows.ts';
import { nextChange } from '../../support/nextChange.ts';
import { noPause, type Pause } from '../../support/pause.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleTime } from '../../support/sampleSession.ts';
import type { StorageView } from '../../support/storageView.ts';

const day = 24 * 3_600_000;

interface OpenWindow {
  readonly secrets: SharedSecrets;
  readonly own: StorageView;
  readonly group: MemoryWindow;
  readonly lines: readonly string[];
  close(): void;
}

describe('SharedSecrets', () => {
  let clock: FakeClock;
  let windows: MemoryWindows;
  let opened: OpenWindow[];
  let key: string;
  let other: string;
  before(async () => {
    key = await hashedKey('session:', 'https://mcp.example');
    other = await hashedKey('session:', 'https://other.example');
  });
  beforeEach(() => {
    clock = new FakeClock();
    windows = new MemoryWindows();
    opened = [];
  });
  afterEach(() => {
    for (const window of opened) {
      window.close();
    }
    assert.equal(clock.timerCount, 0);
  });

  function open(storage: BrowserProfile | DesktopStorage, pause: Pause = noPause): OpenWindow {
    return openWith(storage.open(), pause);
  }

  /** Opens a window whose page was loaded before. */
  function openWith(own: StorageView, pause: Pause): OpenWindow {
    const { log, lines } = recordLog();
    const secrets = new SharedSecrets({ own, clock, log });
    const group = windows.join(
      {
        snapshot: () => secrets.snapshot(),
        apply: (changes) => secrets.apply(changes),
        deliver: async () => false,
      },
      pause,
    );
    secrets.join(group);
    const close = () => {
      group.dispose();
      secrets.dispose();
    };
    const window = { secrets, own, group, lines, close };
    opened.push(window);
    return window;
  }

  /** What a page would find that is loaded now, without any other window. */
  const persisted = (storage: BrowserProfile | DesktopStorage, name = key) => {
    const text = storage.values.get(name);
    return text === undefined ? undefined : parseChange(text).value;
  };

  for (const [where, Storage] of [
    ['a browser', BrowserProfile],
    ['a desktop', DesktopStorage],
  ] as const) {
    describe(`in ${where}`, () => {
      let storage: BrowserProfile | DesktopStorage;
      beforeEach(() => {
        storage = new Storage();
      });

      it('gives back what was stored, and nothing after it was deleted', async () => {
        const { secrets } = open(storage);
        await secrets.store(key, 'a');
        assert.deepEqual([await secrets.get(key), await secrets.keys()], ['a', [key]]);
        await secrets.delete(key);
        assert.deepEqual([await secrets.get(key), await secrets.keys()], [undefined, []]);
      });

      it('has in every window what was stored in one, by the time that it is stored', async () => {
        const [one, two] = [open(storage), open(storage)];
        const told = nextChange(two.secrets.onDidChange);
        await one.secrets.store(key, 'a');
        assert.deepEqual(await told, { key });
        assert.equal(await two.secrets.get(key), 'a');
        await two.secrets.delete(key);
        assert.equal(await one.secrets.get(key), undefined);
      });

      it('loses nothing whichever window writes last', async () => {
        const [one, two] = [open(storage), open(storage)];
        await Promise.all([one.secrets.store(key, 'a'), two.secrets.store(other, 'b')]);
        assert.deepEqual([persisted(storage, key), persisted(storage, other)], ['a', 'b']);
      });

      it('has after a reload what was there before, deletions too', async () => {
        const before = open(storage);
        await before.secrets.store(key, 'a');
        await before.secrets.store(other, 'b');
        await before.secrets.delete(other);
        before.close();
        const { secrets } = open(storage);
        assert.deepEqual([await secrets.get(key), await secrets.keys()], ['a', [key]]);
        assert.deepEqual(await secrets.snapshot(), [
          { key, at: sampleTime, value: 'a' },
          { key: other, at: sampleTime + 1, value: null },
        ]);
      });

      it('gives every change a later time than the one before it, while its clock stands still', async () => {
        const [one, two] = [open(storage), open(storage)];
        for (const [{ secrets }, value] of [
          [one, 'a'],
          [two, 'b'],
          [one, 'c'],
        ] as const) {
          await secrets.store(key, value);
        }
        assert.deepEqual(await two.secrets.snapshot(), [{ key, at: sampleTime + 2, value: 'c' }]);
      });

      it('ends with one of two values that are stored at the same time, the same in all windows', async () => {
        const [one, two, three] = [open(storage), open(storage), open(storage)];
        await Promise.all([
          one.secrets.store(key, 'a'),
          one.secrets.store(key, 'b'),
          two.secrets.store(key, 'c'),
        ]);
        const values = await Promise.all([one, two, three].map(({ secrets }) => secrets.get(key)));
        assert.equal(new Set(values).size, 1);
        assert.equal(persisted(storage), values[0]);
      });

      it('takes over what an earlier version has stored without a time', async () => {
        await storage.open().store(key, 'a token');
        const { secrets } = open(storage);
        assert.equal(await secrets.get(key), 'a token');
        await secrets.store(key, 'b');
        assert.equal(storage.values.get(key), serializeChange({ at: sampleTime, value: 'b' }));
      });

      it('does not write again what lies there already', async () => {
        const { secrets, own } = open(storage);
        await secrets.store(key, 'a');
        own.refuse('store');
        await secrets.apply([{ key, at: sampleTime, value: 'a' }]);
        await secrets.apply([{ key, at: sampleTime - 1, value: 'older' }]);
        assert.equal(await secrets.get(key), 'a');
      });

      it('has written what it is told by the time that it says so, whoever told it first', async () => {
        const { secrets } = open(storage);
        const changes = [{ key, at: sampleTime, value: 'a' }];
        void secrets.apply(changes);
        await secrets.apply(changes);
        assert.equal(persisted(storage), 'a');
      });

      it('does not share what windows know each other by', async () => {
        const groupKey = await hashedKey('group:', 'secret');
        await storage.open().store(groupKey, 'x');
        const { secrets } = open(storage);
        await secrets.apply([{ key: groupKey, at: sampleTime + 1, value: 'y' }]);
        assert.deepEqual([await secrets.keys(), await secrets.snapshot()], [[], []]);
        assert.equal(storage.values.get(groupKey), 'x');
      });

      it('forgets a deletion after 30 days', async () => {
        const before = open(storage);
        await before.secrets.store(key, 'a');
        await before.secrets.delete(key);
        before.close();
        clock.advance(30 * day);
        const within = open(storage);
        assert.equal((await within.secrets.snapshot()).length, 1);
        within.close();
        clock.advance(2);
        assert.deepEqual(await open(storage).secrets.snapshot(), []);
        await until(() => !storage.values.has(key), 'it is still stored');
      });

      describe('whose storage refuses', () => {
        it('says so, has told the others all the same, and writes after a while', async () => {
          const [one, two] = [open(storage), open(storage)];
          await one.secrets.keys();
          one.own.refuse('store');
          await assert.rejects(one.secrets.store(key, 'a'), /refuses to store/);
          assert.deepEqual([await one.secrets.get(key), await two.secrets.get(key)], ['a', 'a']);
          two.close();
          one.own.refuse();
          clock.advance(30_000);
          await until(() => persisted(storage) === 'a', 'it is not written');
        });

        it('writes what it could not write before whatever is written next', async () => {
          const { secrets, own } = open(storage);
          own.refuse('store');
          await assert.rejects(secrets.store(key, 'a'));
          own.refuse();
          await secrets.store(other, 'b');
          assert.deepEqual([persisted(storage, key), persisted(storage, other)], ['a', 'b']);
        });

        it('writes only the latest of what it could not write', async () => {
          const { secrets, own } = open(storage);
          own.refuse('store');
          await assert.rejects(secrets.store(key, 'a'));
          await assert.rejects(secrets.store(key, 'b'));
          own.refuse();
          clock.advance(30_000);
          await until(() => persisted(storage) === 'b', 'it is not written');
        });

        it('logs what it could not take over from another window, without its value', async () => {
          const [one, two] = [open(storage), open(storage)];
          await two.secrets.keys();
          two.own.refuse('get', 'store');
          await one.secrets.store(key, 'a-secret');
          assert.match(two.lines.join('\n'), /warn What windows share could not be written here/);
          assert.doesNotMatch(two.lines.join('\n'), /a-secret/);
          assert.equal(await two.secrets.get(key), 'a-secret');
        });

        it('keeps everywhere what it could not delete', async () => {
          const [one, two] = [open(storage), open(storage)];
          await one.secrets.store(key, 'a');
          one.own.refuse('store');
          await assert.rejects(one.secrets.delete(key), /refuses to store/);
          assert.deepEqual([await one.secrets.get(key), await two.secrets.get(key)], ['a', 'a']);
          one.own.refuse();
          clock.advance(30_000);
          await one.secrets.store(other, 'b');
          assert.equal(persisted(storage), 'a');
        });

        it('does not take what it last heard for what lies there, but can tell it', async () => {
          const { secrets, own } = open(storage);
          await secrets.store(key, 'a');
          own.refuse('get');
          await assert.rejects(async () => await secrets.get(key), /refuses to get/);
          assert.deepEqual([secrets.lastHeard(key), secrets.lastHeard(other)], ['a', undefined]);
          own.refuse();
          await secrets.delete(key);
          assert.equal(secrets.lastHeard(key), null);
        });

        it('tells of everything once it can be read, if it could not at first', async () => {
          await storage.open().store(key, 'a');
          const { secrets, own } = open(storage);
          own.refuse('keys');
          assert.deepEqual(await secrets.snapshot(), []);
          own.refuse();
          const told = nextChange(secrets.onDidChange);
          clock.advance(30_000);
          assert.deepEqual(await told, { key });
          assert.equal(await secrets.get(key), 'a');
        });
      });
    });
  }

  describe('in a browser whose windows write whole copies', () => {
    let profile: BrowserProfile;
    beforeEach(() => {
      profile = new BrowserProfile();
    });

    it('writes again what another page has overwritten, before anybody notices', async () => {
      const [one, two] = [open(profile), open(profile)];
      await one.secrets.store(key, 'a');
      await two.secrets.store(other, 'b');
      assert.equal(persisted(profile, key), 'a');
      const reloaded = open(profile);
      assert.deepEqual(new Set(await reloaded.secrets.keys()), new Set([key, other]));
    });

    it('reads nothing before it has heard the other windows', async () => {
      const one = open(profile);
      await one.secrets.store(key, 'a');
      const goOn = Promise.withResolvers<void>();
      const two = open(profile, () => goOn.promise);
      await one.secrets.store(key, 'b');
      let isRead = false;
      const read = two.secrets.get(key).finally(() => {
        isRead = true;
      });
      await two.secrets.snapshot();
      assert.equal(isRead, false);
      goOn.resolve();
      assert.equal(await read, 'b');
    });

    it('loses nothing if all windows end while a new one, which heard one of two in time, begins to write', async () => {
      const [one, two] = [open(profile), open(profile)];
      await Promise.all([one.secrets.keys(), two.secrets.keys()]);
      const own = profile.open();
      const store = own.store.bind(own);
      const goOn = Promise.withResolvers<void>();
      own.store = async (name, value) => {
        await goOn.promise;
        await store(name, value);
      };
      await one.secrets.store(key, 'a');
      const meetTwo = Promise.withResolvers<void>();
      let meetings = 0;
      const newcomer = openWith(own, () => (++meetings === 2 ? meetTwo.promise : Promise.resolve()));
      await until(() => newcomer.secrets.lastHeard(key) === 'a', 'it has not heard the first window');
      await two.secrets.store(other, 'b');
      let hasWritten = false;
      own.onDidChange(() => {
        hasWritten = true;
        own.refuse('store', 'delete');
      });
      goOn.resolve();
      meetTwo.resolve();
      await until(() => hasWritten, 'it writes nothing');
      for (const { close } of [one, two, newcomer]) {
        close();
      }
      const { secrets } = open(profile);
      assert.deepEqual([await secrets.get(key), await secrets.get(other)], ['a', 'b']);
    });

    it('does not remove old deletions before it has heard the other windows', async () => {
      const before = open(profile);
      await before.secrets.store(key, 'a');
      await before.secrets.delete(key);
      before.close();
      clock.advance(30 * day + 2);
      const own = profile.open();
      const one = open(profile);
      await one.secrets.store(other, 'b');
      const meetOne = Promise.withResolvers<void>();
      const newcomer = openWith(own, () => meetOne.promise);
      let hasWritten = false;
      own.onDidChange(() => {
        hasWritten = true;
      });
      await newcomer.secrets.snapshot();
      await one.secrets.keys();
      assert.deepEqual([hasWritten, persisted(profile, other)], [false, 'b']);
      meetOne.resolve();
      await until(() => hasWritten, 'it writes nothing');
      await until(() => !profile.values.has(key), 'the old deletion is still there');
      assert.equal(persisted(profile, other), 'b');
    });

    it('passes on what it is told, for a window that ends before it has told everybody', async () => {
      const [one, two] = [open(profile), open(profile)];
      await Promise.all([one.secrets.keys(), two.secrets.keys()]);
      const told = nextChange(two.secrets.onDidChange);
      await one.secrets.apply([{ key, at: sampleTime, value: 'a' }]);
      await told;
      assert.equal(await two.secrets.get(key), 'a');
    });

    it('brings a deletion to a window that was opened from an older copy', async () => {
      const one = open(profile);
      await one.secrets.store(key, 'a');
      const late = profile.open();
      await one.secrets.delete(key);
      const { log } = recordLog();
      const secrets = new SharedSecrets({ own: late, clock, log });
      await secrets.apply(await one.secrets.snapshot());
      assert.equal(await secrets.get(key), undefined);
      secrets.dispose();
    });
  });

  describe('in a browser one of whose windows could not write what another one has written', () => {
    let profile: BrowserProfile;
    let one: OpenWindow;
    let two: OpenWindow;
    beforeEach(async () => {
      profile = new BrowserProfile();
      [one, two] = [open(profile), open(profile)];
      await two.secrets.keys();
      two.own.refuse('store');
      await one.secrets.store(key, 'a');
      await one.secrets.store(other, 'b');
      two.own.refuse();
    });

    /** Refuses, as the end of the window does, once its storage has changed so many times. */
    async function writeAtMost(changes: number): Promise<void> {
      let count = 0;
      two.own.onDidChange(() => {
        count++;
        if (count === changes) {
          two.own.refuse('store', 'delete');
        }
      });
      clock.advance(30_000);
      await until(() => count === changes, 'it has not written so much');
    }

    const keys = () => [...profile.values.keys()];
    const isBacklog = (name: string) => name.startsWith('backlog:');

    for (const changes of [1, 2, 3]) {
      it(`loses nothing if all windows end after ${changes} of the changes with which it catches up`, async () => {
        await writeAtMost(changes);
        one.close();
        two.close();
        const { secrets } = open(profile);
        assert.deepEqual([await secrets.get(key), await secrets.get(other)], ['a', 'b']);
        clock.advance(30_000);
        await until(() => !keys().some(isBacklog), 'it has not put its storage in order');
        assert.deepEqual([persisted(profile), persisted(profile, other)], ['a', 'b']);
      });
    }

    it('loses nothing if the next window cannot read that at first', async () => {
      await writeAtMost(1);
      one.close();
      two.close();
      const { secrets, own } = open(profile);
      own.refuse('get');
      const third = await hashedKey('session:', 'https://third.example');
      await assert.rejects(secrets.store(third, 'c'), /refuses to get/);
      own.refuse();
      const isInOrder = () => {
        clock.advance(30_000);
        return !keys().some(isBacklog);
      };
      await until(isInOrder, 'it has not put its storage in order');
      assert.deepEqual(
        [key, other, third].map((name) => persisted(profile, name)),
        ['a', 'b', 'c'],
      );
    });

    it('has in its storage, in the end, what is known and nothing else', async () => {
      await writeAtMost(4);
      assert.deepEqual(new Set(keys()), new Set([key, other]));
    });

    it('does not keep to what it noted once that was changed', async () => {
      await writeAtMost(3);
      two.own.refuse('delete');
      await one.secrets.delete(key);
      await one.secrets.store(other, 'c');
      assert.ok(keys().some(isBacklog));
      one.close();
      two.close();
      const { secrets } = open(profile);
      assert.deepEqual([await secrets.get(key), await secrets.get(other)], [undefined, 'c']);
    });
  });

  describe('on a desktop with windows on another machine', () => {
    let storage: DesktopStorage;
    let far: StorageView;
    let near: OpenWindow;
    beforeEach(() => {
      storage = new DesktopStorage();
      far = storage.open();
      near = open(storage);
    });

    const text = (change: Omit<SecretChange, 'key'>) => serializeChange(change);

    it('takes over what is later there, and tells of it', async () => {
      await near.secrets.store(key, 'a');
      const told = nextChange(near.secrets.onDidChange);
      await far.store(key, text({ at: sampleTime + 5, value: 'b' }));
      assert.deepEqual(await told, { key });
      assert.equal(await near.secrets.get(key), 'b');
    });

    it('puts right what was overwritten with something older', async () => {
      await near.secrets.store(key, 'a');
      await far.store(key, text({ at: sampleTime - 5, value: 'older' }));
      await until(() => persisted(storage) === 'a', 'the older value is still there');
    });

    it('writes again what has disappeared without a deletion', async () => {
      await near.secrets.store(key, 'a');
      await far.delete(key);
      await until(() => persisted(storage) === 'a', 'the value is not there');
      assert.equal(await near.secrets.get(key), 'a');
    });

    it('does not overwrite what is later with what it could not write before', async () => {
      near.own.refuse('store');
      await assert.rejects(near.secrets.store(key, 'a'));
      await far.store(key, text({ at: sampleTime + 5, value: 'b' }));
      near.own.refuse();
      clock.advance(30_000);
      await near.secrets.store(other, 'c');
      assert.deepEqual([persisted(storage), await near.secrets.get(key)], ['b', 'b']);
    });
  });

  it('tells nothing any more once it is disposed', async () => {
    const storage = new DesktopStorage();
    const { secrets, close } = open(storage);
    await secrets.keys();
    secrets.onDidChange(() => assert.fail('told'));
    close();
    await storage.open().store(key, serializeChange({ at: sampleTime, value: 'a' }));
    await secrets.apply([{ key, at: sampleTime + 1, value: 'b' }]);
  });
});
