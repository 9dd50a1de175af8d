import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { FakeClock } from '../../../support/fakeClock.ts';
import { nextChange } from '../../../support/nextChange.ts';
import { inProject } from '../../../support/paths.ts';
import { registrations } from '../../../support/windows/rawConnection.ts';
import { windowSuite } from '../../../support/windows/windowSuite.ts';

const isWindows = process.platform === 'win32';

/** The endings of a window's files. A pipe is no file. */
const ofOneWindow = isWindows ? ['.json'] : ['.json', '.sock'];

describe('windows in processes of their own', function () {
  this.timeout(30_000);
  const suite = windowSuite();
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
    }
  });

  /** A window that shares the suite's profile, and has joined the others by now. */
  async function start(): Promise<ChildProcess> {
    const { secrets, notices } = suite.profile;
    const args = [suite.folder, JSON.stringify([...secrets]), JSON.stringify([...notices])];
    const child = fork(inProject('test', 'support', 'windows', 'windowProcess.ts'), args, {
      execArgv: ['--import', 'tsx'],
    });
    children.push(child);
    assert.deepEqual(await once(child, 'message'), ['joined', undefined]);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  it('hear of changes', async () => {
    const { change } = await suite.join();
    const child = await start();
    const told = once(child, 'message');
    await change('key', 'value');
    assert.deepEqual((await told)[0], [{ key: 'key', at: 1, value: 'value' }]);
  });

  it('take over from a holder that was killed, at once', async () => {
    (await suite.join()).group.dispose();
    const oldest = await start();
    const second = await suite.join();
    const third = await suite.join();
    assert.deepEqual([second.group.isHolder, third.group.isHolder], [false, false]);
    const changed = nextChange(second.group.onDidChange);
    await kill(oldest);
    await changed;
    assert.deepEqual([second.group.isHolder, third.group.isHolder], [true, false]);
    assert.deepEqual(second.group.others, [third.group.self]);
  });

  it('clear away what a killed window has left', async () => {
    (await suite.join()).group.dispose();
    await kill(await start());
    await kill(await start());
    // What the first one left is gone already.
    assert.equal((await readdir(suite.folder)).length, ofOneWindow.length);
    const { group, lines } = await suite.join();
    assert.deepEqual(
      (await readdir(suite.folder)).sort(),
      ofOneWindow.map((ending) => `${group.self.id}${ending}`),
    );
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('debug')),
      [],
    );
  });

  // A process of Windows cannot be stopped for a while.
  if (!isWindows) {
    it('do not wait for a window whose process stands still', async () => {
      const first = await suite.join();
      const stopped = await start();
      stopped.kill('SIGSTOP');
      const clock = new FakeClock();
      const second = suite.open({ clock });
      await nextChange(second.group.onDidChange);
      clock.advance(5000);
      await second.group.joined;
      assert.deepEqual(second.group.others, [first.group.self]);
      const came = nextChange(second.group.onDidChange);
      stopped.kill('SIGCONT');
      // It finds that it has missed the second window, and visits it.
      await came;
      assert.equal(second.group.others.length, 2);
      assert.equal((await registrations(suite.folder)).length, 3);
    });
  }
});
