import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { bySeniority } from '../../../../src/core/windows/seniority.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { nextChange } from '../../../support/nextChange.ts';
import { type TestWindow, windowSuite } from '../../../support/windows/windowSuite.ts';

/** Sockets and pipes that this process has open. */
const openPipes = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('Pipe')).length;

describe('joinWindowGroup', () => {
  const suite = windowSuite();

  /** Windows that know each other by now, the oldest first. */
  async function openConnected(count: number): Promise<readonly TestWindow[]> {
    const windows = Array.from({ length: count }, () => suite.open());
    await Promise.all(windows.map(({ group }) => group.joined));
    await until(
      () => windows.every(({ group }) => group.others.length === count - 1),
      'not every window knows every other one',
    );
    return windows.sort((one, other) => bySeniority(one.group.self, other.group.self));
  }

  it('is alone where no other window is', async () => {
    const { group, lines } = await suite.join();
    assert.deepEqual(group.others, []);
    assert.equal(group.isHolder, true);
    assert.deepEqual(lines, []);
  });

  it('has exchanged what both windows know when it has joined', async () => {
    const first = await suite.join();
    await first.change('a', '1');
    const second = suite.open();
    await second.change('b', '2');
    await second.group.joined;
    const both = [
      { key: 'a', at: 1, value: '1' },
      { key: 'b', at: 1, value: '2' },
    ];
    const sorted = ({ state }: TestWindow) => [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    assert.deepEqual([sorted(first), sorted(second)], [both, both]);
    assert.deepEqual(first.group.others, [second.group.self]);
    assert.deepEqual(second.group.others, [first.group.self]);
    assert.deepEqual([first.lines, second.lines], [[], []]);
  });

  it('announces a change to every other window, and waits until they have it', async () => {
    const [first, ...others] = await openConnected(3);
    await first?.change('key', 'value');
    assert.deepEqual(
      others.map(({ state }) => state.get('key')?.value),
      ['value', 'value'],
    );
  });

  it('carries deletions', async () => {
    const [first, second] = await openConnected(2);
    const deletion = { key: 'key', at: 5, value: null };
    await first?.group.announce([deletion]);
    assert.deepEqual(second?.state.get('key'), deletion);
  });

  it('makes the oldest window the holder, and the next one when that closes', async () => {
    const windows = [...(await openConnected(3))];
    for (; windows.length > 0; windows.shift()?.group.dispose()) {
      await until(() => windows[0]?.group.isHolder === true, 'nobody has taken over');
      assert.deepEqual(
        windows.map(({ group }) => group.isHolder),
        windows.map((_window, index) => index === 0),
      );
    }
  });

  it('tells of windows that come and go', async () => {
    const { group } = await suite.join();
    const came = nextChange(group.onDidChange);
    const second = await suite.join();
    await came;
    assert.deepEqual(group.others, [second.group.self]);
    const went = nextChange(group.onDidChange);
    second.group.dispose();
    await went;
    assert.deepEqual(group.others, []);
  });

  it('connects eight windows that open at once, each with each by one connection', async () => {
    const before = openPipes();
    const windows = await openConnected(8);
    assert.equal(windows.filter(({ group }) => group.isHolder).length, 1);
    // One socket per window, and two ends of each connection.
    const expected = before + 8 + 8 * 7;
    await until(() => openPipes() === expected, `${openPipes()} pipes are open instead of ${expected}`);
    await windows[3]?.change('key', 'value');
    assert.ok(windows.every(({ state }) => state.get('key')?.value === 'value'));
    assert.deepEqual(
      windows.flatMap(({ lines }) => lines.filter((line) => /^(warn|error)/.test(line))),
      [],
    );
  });

  it('loses no change while two windows that have called each other choose one connection', async () => {
    (await suite.join()).group.dispose();
    for (let round = 0; round < 10; round++) {
      const windows = [suite.open(), suite.open()];
      const joined = Promise.all(windows.map(({ group }) => group.joined));
      let isJoined = false;
      void joined.then(() => {
        isJoined = true;
      });
      for (let i = 0; !isJoined || i < 20; i++) {
        await Promise.all(windows.map((window, index) => window.change(`${index}`, `${i}`)));
        await setImmediate();
      }
      await joined;
      await until(() => windows.every(({ group }) => group.others.length === 1), 'they have not met');
      await Promise.all(windows.map((window, index) => window.change(`${index}`, 'last')));
      const states = windows.map(({ state }) => [state.get('0')?.value, state.get('1')?.value]);
      assert.deepEqual(states, [
        ['last', 'last'],
        ['last', 'last'],
      ]);
      for (const { group, lines } of windows) {
        assert.deepEqual(lines, []);
        group.dispose();
      }
    }
  });

  describe('deliver', () => {
    it('hands an authorization response to the window that waits for it, as it was', async () => {
      const queries: string[] = [];
      await suite.join();
      await suite.join({ deliver: async (query) => queries.push(query) === 1 });
      const { group } = await suite.join();
      assert.equal(await group.deliver('code=a%2Bb&state=%26'), true);
      assert.equal(await group.deliver('code=2'), false);
      assert.deepEqual(queries, ['code=a%2Bb&state=%26', 'code=2']);
    });

    it('does not wait for the others once one window has it', async () => {
      await suite.join({ deliver: () => new Promise(() => undefined) });
      await suite.join({ deliver: async () => true });
      const { group } = await suite.join({ clock: new FakeClock() });
      assert.equal(await group.deliver('state=1'), true);
    });

    it('says no where nobody else is', async () => {
      assert.equal(await (await suite.join()).group.deliver('state=1'), false);
    });

    it('says no where the other window fails, or takes longer than two seconds', async () => {
      await suite.join({ deliver: () => Promise.reject(new Error('a secret of that window')) });
      await suite.join({ deliver: () => new Promise(() => undefined) });
      const clock = new FakeClock();
      const { group, lines } = await suite.join({ clock });
      const delivered = group.deliver('state=1');
      await until(() => lines.length === 1, 'the failure was not noted');
      clock.advance(2000);
      assert.equal(await delivered, false);
      assert.ok(!lines.join('\n').includes('a secret'));
    });
  });

  it('waits two seconds at most for a window that does not answer', async () => {
    const clock = new FakeClock();
    const reached = Promise.withResolvers<void>();
    await suite.join({
      apply: (changes) => {
        if (changes.length === 0) {
          return Promise.resolve();
        }
        reached.resolve();
        return new Promise(() => undefined);
      },
    });
    const { group } = await suite.join({ clock });
    let isOver = false;
    const announced = group.announce([{ key: 'key', at: 1, value: '1' }]).then(() => {
      isOver = true;
    });
    await reached.promise;
    clock.advance(1999);
    assert.equal(isOver, false);
    clock.advance(1);
    await announced;
  });

  it('goes on when another window cannot take a change over', async () => {
    const failing = await suite.join({
      apply: async (changes) => {
        assert.equal(changes.length, 0, 'the keyring is locked');
      },
    });
    const { group, lines } = await suite.join();
    await group.announce([{ key: 'key', at: 1, value: 'secret-value' }]);
    assert.deepEqual(lines, []);
    assert.match(failing.lines.join('\n'), /^warn What another window has changed could not be taken over/);
  });

  it('goes on after five seconds where another window does not exchange anything', async () => {
    const clock = new FakeClock();
    const reached = Promise.withResolvers<void>();
    await suite.join({
      apply: () => {
        reached.resolve();
        return new Promise(() => undefined);
      },
    });
    const { group } = suite.open({ clock });
    await reached.promise;
    clock.advance(5000);
    await group.joined;
  });

  it('leaves no file, notice, timer, or handle behind when it closes', async () => {
    const before = openPipes();
    const clock = new FakeClock();
    const [first, second] = [await suite.join({ clock }), await suite.join({ clock })];
    assert.ok(openPipes() > before);
    first.group.dispose();
    second.group.dispose();
    await until(() => openPipes() === before, 'a handle is left');
    assert.equal(clock.timerCount, 0);
    assert.deepEqual(await readdir(suite.folder), []);
    assert.deepEqual([...suite.profile.notices.keys()], ['group']);
  });

  it('leaves nothing behind when it closes while it joins', async () => {
    const before = openPipes();
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const clock = new FakeClock();
      const windows = [suite.open({ clock }), suite.open({ clock })];
      for (let i = 0; i < turns; i++) {
        await setImmediate();
      }
      for (const { group } of windows) {
        group.dispose();
      }
      await Promise.all(windows.map(({ group }) => group.joined));
      await until(() => openPipes() === before && clock.timerCount === 0, `something is left at ${turns}`);
      await until(
        () => ![...suite.profile.notices.keys()].some((name) => name.startsWith('pairing:')),
        'a notice is left',
      );
    }
    const left = await readdir(suite.folder).catch(() => []);
    assert.deepEqual(left, []);
    assert.deepEqual(await readdir(join(suite.folder, '..', 'locks')).catch(() => []), []);
  });
});
