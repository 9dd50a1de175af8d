import assert from 'node:assert/strict';
import type { SecretChange } from '../../../src/core/windows/windowGroup.ts';
import { lonelyWindow } from '../../../src/core/windows/windowGroup.ts';
import { MemoryWindows } from '../../support/memoryWindows.ts';
import { nextChange } from '../../support/nextChange.ts';

const change: SecretChange = { key: 'key', at: 1, value: 'a' };

/** The stand-in for the sockets, as far as the contract of a `WindowGroup` goes. */
describe('a group of windows', () => {
  function open(windows: MemoryWindows, knows: readonly SecretChange[] = []) {
    const applied: SecretChange[] = [];
    const group = windows.join({
      snapshot: async () => knows,
      apply: async (changes) => {
        applied.push(...changes);
      },
      deliver: async (query) => query === 'mine',
    });
    return { group, applied };
  }

  it('has exchanged what each knows by the time that a window has joined', async () => {
    const windows = new MemoryWindows();
    const one = open(windows, [change]);
    const two = open(windows, [{ ...change, at: 2 }]);
    await two.group.joined;
    assert.deepEqual([one.applied, two.applied], [[{ ...change, at: 2 }], [change]]);
  });

  it('tells all others of a change, and is told by whom a response was waited for', async () => {
    const windows = new MemoryWindows();
    const [one, two, three] = [open(windows), open(windows), open(windows)];
    await Promise.all([two.group.joined, three.group.joined]);
    await one.group.announce([change]);
    assert.deepEqual([one.applied, two.applied, three.applied], [[], [change], [change]]);
    assert.deepEqual([await two.group.deliver('mine'), await two.group.deliver('other')], [true, false]);
  });

  it('has one holder, the oldest, and the next one when it ends', async () => {
    const windows = new MemoryWindows();
    const [one, two, three] = [open(windows), open(windows), open(windows)];
    await Promise.all([two.group.joined, three.group.joined]);
    const holders = () => [one, two, three].map(({ group }) => group.isHolder);
    assert.deepEqual(holders(), [true, false, false]);
    const left = nextChange(two.group.onDidChange);
    one.group.dispose();
    await left;
    assert.deepEqual(holders().slice(1), [true, false]);
    assert.deepEqual(two.group.others, [three.group.self]);
    await two.group.announce([change]);
    assert.deepEqual([one.applied, three.applied], [[], [change]]);
  });

  it('of one window holds, and has nobody to tell', async () => {
    const group = lonelyWindow({ id: 'a', startedAt: 1 });
    await group.joined;
    await group.announce([change]);
    assert.deepEqual([group.isHolder, group.others, await group.deliver('mine')], [true, [], false]);
    group.onDidChange(() => assert.fail('changed')).dispose();
    group.dispose();
  });
});
