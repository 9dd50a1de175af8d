import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { hashedKey } from '../../../../src/core/session/secretStorage.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../../support/fakeSecretStorage.ts';
import { FakeProfile } from '../../../support/windows/fakeProfile.ts';
import { type TestWindow, windowSuite } from '../../../support/windows/windowSuite.ts';

describe('windows of one profile', function () {
  this.timeout(30_000);
  const suite = windowSuite();

  async function assertOneGroup(windows: readonly TestWindow[]): Promise<void> {
    await until(
      () => windows.every(({ group }) => group.others.length === windows.length - 1),
      `they know ${windows.map(({ group }) => group.others.length)} others`,
    );
    await windows[0]?.change('proof', 'of one group');
    assert.ok(windows.every(({ state }) => state.get('proof')?.value === 'of one group'));
    assert.equal(windows.filter(({ group }) => group.isHolder).length, 1);
  }

  for (const count of [2, 3, 8]) {
    for (const [what, lag] of [
      ['a board that shows everything at once', () => 0],
      ['a board that is some time behind', () => randomInt(60)],
      ['a board that is far behind', () => 100 + randomInt(500)],
    ] as const) {
      it(`become one group when ${count} open at once with empty storages, and ${what}`, async () => {
        suite.profile.lag = lag;
        const windows = Array.from({ length: count }, () => suite.open());
        await Promise.all(windows.map(({ group }) => group.joined));
        await assertOneGroup(windows);
        assert.equal(suite.profile.groups.size, 1);
      });
    }
  }

  for (const turns of [1, 2, 4, 8, 16, 32, 64]) {
    it(`become one group when the second opens ${turns} turns after the first, both without a key`, async () => {
      suite.profile.lag = () => 20;
      // Both have read the storage before either has written it.
      const opened = [1, 2].map(() => ({
        secrets: suite.profile.openSecrets(),
        board: suite.profile.openBoard(),
      }));
      const windows: TestWindow[] = [];
      for (const options of opened) {
        windows.push(suite.open(options));
        for (let i = 0; i < turns; i++) {
          await setImmediate();
        }
      }
      await Promise.all(windows.map(({ group }) => group.joined));
      await assertOneGroup(windows);
      assert.equal(suite.profile.groups.size, 1);
    });
  }

  it('become one group without locks, too, where two begin one each', async () => {
    const locks = { run: <T>(_key: string, work: () => Promise<T>) => work() };
    suite.profile.lag = () => 30;
    const windows = [suite.open({ locks }), suite.open({ locks })];
    await Promise.all(windows.map(({ group }) => group.joined));
    await assertOneGroup(windows);
  });

  it('all store the key, so that none of them can write a storage without it', async () => {
    const windows = await Promise.all([suite.join(), suite.join(), suite.join()]);
    await assertOneGroup(windows);
    assert.equal(suite.profile.secrets.size, 1);
    assert.deepEqual([...suite.profile.secrets.keys()], [await hashedKey('group:', 'windows')]);
  });

  it('take their notices from the board when they are in', async () => {
    suite.profile.lag = () => randomInt(20);
    const windows = Array.from({ length: 5 }, () => suite.open());
    await Promise.all(windows.map(({ group }) => group.joined));
    await until(() => [...suite.profile.notices.keys()].join() === 'group', 'there are other notices');
  });

  it('let in a window that does not find the key in its copy of the storage', async () => {
    const first = await suite.join();
    const second = await suite.join({ secrets: new FakeSecretStorage() });
    await assertOneGroup([first, second]);
  });

  it('let in a window whose copy of the storage has the key of an earlier group', async () => {
    const earlier = new FakeProfile();
    (await suite.join({ profile: earlier })).group.dispose();
    const first = await suite.join();
    const secrets = new FakeSecretStorage(earlier.secrets);
    const second = await suite.join({ secrets });
    await assertOneGroup([first, second]);
    assert.deepEqual([...secrets.values], [...suite.profile.secrets]);
  });

  it('let in a window whose copy of the storage has no key, but something malformed', async () => {
    const first = await suite.join();
    const key = await hashedKey('group:', 'windows');
    const second = await suite.join({ secrets: new FakeSecretStorage([[key, '{"d":"secret"}']]) });
    await assertOneGroup([first, second]);
    assert.match(second.lines.join('\n'), /malformed and will be replaced$/);
  });

  it('begin another group when nobody has the key of the one that the board shows', async () => {
    (await suite.join()).group.dispose();
    const before = suite.profile.notices.get('group');
    suite.profile.clearSecrets();
    await assertOneGroup(await Promise.all([suite.join(), suite.join()]));
    assert.notEqual(suite.profile.notices.get('group'), before);
  });

  it('go on with their group when the board has lost it', async () => {
    const first = await suite.join();
    const group = suite.profile.notices.get('group');
    await suite.profile.openBoard().set('group', undefined);
    await until(() => suite.profile.notices.size === 0, 'the board is not empty');
    const second = await suite.join({ secrets: new FakeSecretStorage() });
    await assertOneGroup([first, second]);
    assert.equal(suite.profile.notices.get('group'), group);
  });

  it('use the key at once that a storage shared by all of them has', async () => {
    const secrets = new FakeSecretStorage();
    const first = await suite.join({ secrets });
    const second = await suite.join({ secrets });
    await assertOneGroup([first, second]);
    assert.equal(secrets.values.size, 1);
  });

  it('let a window in later whose storage refused at first', async () => {
    const first = await suite.join();
    const secrets = new FakeSecretStorage();
    secrets.refuse('get', 'store');
    const second = await suite.join({ secrets });
    assert.deepEqual(second.group.others, []);
    secrets.refuse();
    const third = await suite.join();
    await assertOneGroup([first, second, third]);
  });
});

describe('windows of different profiles that meet in the same folder', function () {
  this.timeout(30_000);
  const suite = windowSuite();

  it('never exchange anything, and are one group per profile', async () => {
    const profiles = [new FakeProfile(), new FakeProfile()];
    const windows = [0, 1, 0, 1, 0, 1].map((index) => {
      const profile = profiles[index];
      return { index, window: suite.open(profile ? { profile } : {}) };
    });
    await Promise.all(windows.map(({ window }) => window.group.joined));
    await until(() => windows.every(({ window }) => window.group.others.length === 2), 'they have not met');
    for (const { index, window } of windows) {
      await window.change(`of profile ${index}`, `secret-${index}`);
    }
    for (const { index, window } of windows) {
      assert.deepEqual([...window.state.keys()], [`of profile ${index}`]);
      assert.equal(await window.group.deliver('state=1'), false);
    }
    assert.equal(windows.filter(({ window }) => window.group.isHolder).length, 2);
    const keys = profiles.map(({ secrets }) => [...secrets.values()][0]);
    assert.notEqual(keys[0], keys[1]);
  });

  it('are not let in, not even as newcomers without a key', async () => {
    const first = await suite.join();
    await first.change('key', 'secret-value');
    const other = await suite.join({ profile: new FakeProfile() });
    assert.deepEqual([other.group.others, first.group.others], [[], []]);
    assert.equal(other.state.size, 0);
    assert.equal(other.group.isHolder, true);
  });
});
