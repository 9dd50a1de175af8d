import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionLocks } from '../../../src/core/session/sessionLocks.ts';
import { createFileLocks } from '../../../src/node/fileLocks.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { inProject } from '../../support/paths.ts';
import { type RecordedLog, recordLog } from '../../support/recordedLog.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';

describe('createFileLocks', function () {
  this.timeout(30_000);
  let temporary: TemporaryFolder;
  let folder: string;
  let recorded: RecordedLog;
  let locks: SessionLocks;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    temporary = await createTemporaryFolder('mcp-auth-locks-');
    folder = join(temporary.path, 'locks');
    recorded = recordLog();
    locks = createFileLocks({ folder, log: recorded.log });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
    }
    await temporary.remove();
  });

  function start(...args: readonly string[]): ChildProcess {
    const child = fork(inProject('test', 'support', 'lockingProcess.ts'), args, {
      execArgv: ['--import', 'tsx'],
    });
    children.push(child);
    return child;
  }

  /** A process that holds the lock by now. */
  async function startHolder(): Promise<ChildProcess> {
    const holder = start('hold', folder);
    assert.equal(await nextMessage(holder), 'holding');
    return holder;
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** As if what is locked had not been renewed for a minute. */
  async function age(): Promise<void> {
    for (const name of await readdir(folder)) {
      const minuteAgo = Date.now() / 1000 - 60;
      await utimes(join(folder, name), minuteAgo, minuteAgo);
    }
  }

  /** Starts to wait for the lock, and resolves when that has met the holder at least once. */
  function waitForLock(options: { readonly signal?: AbortSignal; readonly clock: FakeClock }) {
    const waiting = createFileLocks({ folder, log: recorded.log, clock: options.clock }).run(
      'key',
      async () => 'done',
      options.signal,
    );
    // The limit is one timer, the pause before the next attempt another.
    return { waiting, met: until(() => options.clock.timerCount === 2, 'the lock was free') };
  }

  it('lets no two processes work at the same time', async () => {
    const file = join(temporary.path, 'count');
    await writeFile(file, '0');
    const counters = [1, 2, 3, 4].map(() => start('count', folder, file));
    assert.deepEqual(await Promise.all(counters.map(nextMessage)), [[], [], [], []]);
    assert.equal(await readFile(file, 'utf8'), '200');
  });

  it('lets the callers of one process work one after the other, in the order in which they came', async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await stat(temporary.path);
      order.push(`${name} ends`);
    };
    await Promise.all(['1', '2', '3'].map((name) => locks.run('key', work(name))));
    assert.deepEqual(
      order,
      ['1', '2', '3'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('lets work under different keys run side by side', async () => {
    const inner = await locks.run('one', () => locks.run('other', async () => 'both'));
    assert.equal(inner, 'both');
  });

  it('names the lock by a hash, in a folder of this user alone', async () => {
    const names = await locks.run('https://mcp.example/?key=1', () => readdir(folder));
    assert.equal(names.length, 1);
    assert.match(names[0] ?? '', /^[0-9a-f]{64}\.lock$/);
    if (process.platform !== 'win32') {
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    }
  });

  it('throws what the work throws, and lets the next one in', async () => {
    const failure = new Error('work failed');
    await assert.rejects(
      locks.run('key', () => Promise.reject(failure)),
      failure,
    );
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await locks.run('key', async () => 'next'), 'next');
  });

  it('waits until the process that has the lock is done', async () => {
    const holder = await startHolder();
    const clock = new FakeClock();
    const { waiting, met } = waitForLock({ clock });
    await met;
    holder.send('end');
    await once(holder, 'exit');
    clock.advance(250);
    assert.equal(await waiting, 'done');
    assert.equal(clock.timerCount, 0);
  });

  it('stops waiting for another process when the signal aborts, and leaves nothing behind', async () => {
    await startHolder();
    const [clock, controller] = [new FakeClock(), new AbortController()];
    const { waiting, met } = waitForLock({ signal: controller.signal, clock });
    await met;
    controller.abort();
    await assert.rejects(waiting, { name: 'AuthError', code: 'cancelled' });
    assert.equal(clock.timerCount, 0);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    assert.equal((await readdir(folder)).length, 1);
  });

  it('stops waiting in the queue of its process when the signal aborts, and keeps the order of the rest', async () => {
    const first = Promise.withResolvers<string>();
    const running = locks.run('key', () => first.promise);
    const controller = new AbortController();
    const second = locks.run('key', () => assert.fail('its signal aborted'), controller.signal);
    const order: string[] = [];
    const third = locks.run('key', async () => order.push('third'));
    controller.abort();
    await assert.rejects(second, { code: 'cancelled' });
    order.push('first');
    first.resolve('');
    await Promise.all([running, third]);
    assert.deepEqual(order, ['first', 'third']);
  });

  it('does not begin with a signal that is aborted already', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(
      locks.run('key', () => assert.fail('aborted before'), signal),
      { code: 'cancelled' },
    );
  });

  it('works beside the holder when the lock has been held for too long', async () => {
    await startHolder();
    const clock = new FakeClock();
    const { waiting, met } = waitForLock({ clock });
    await met;
    clock.advance(45_000);
    assert.equal(await waiting, 'done');
    assert.equal(clock.timerCount, 0);
    assert.match(recorded.lines.join('\n'), /^warn Another window is at the same for too long/);
  });

  it('takes over from a process that was killed, once its lock is stale', async () => {
    await kill(await startHolder());
    const clock = new FakeClock();
    const { waiting, met } = waitForLock({ clock });
    await met;
    await age();
    clock.advance(250);
    assert.equal(await waiting, 'done');
    assert.deepEqual(await readdir(folder), []);
  });

  it('lets one process at a time in after a stale lock, however many find it', async () => {
    await kill(await startHolder());
    await age();
    const file = join(temporary.path, 'count');
    await writeFile(file, '0');
    const counters = [1, 2, 3, 4].map(() => start('count', folder, file));
    await Promise.all(counters.map(nextMessage));
    assert.equal(await readFile(file, 'utf8'), '200');
  });

  it('renews the lock of whoever is at work', async () => {
    const short = createFileLocks({ folder, log: recorded.log, stale: 2000 });
    await short.run('key', async () => {
      const [name = ''] = await readdir(folder);
      const mtime = async () => (await stat(join(folder, name))).mtimeMs;
      const before = await mtime();
      let now = before;
      let isAsked = false;
      await until(() => {
        if (!isAsked) {
          // One at a time: the renewal would have to wait behind them.
          isAsked = true;
          void mtime().then((value) => {
            now = value;
            isAsked = false;
          });
        }
        return now !== before;
      }, 'the lock was not renewed');
    });
  });

  it('works without a lock where there can be no folder, and says so once', async () => {
    await writeFile(folder, 'a file is in its place');
    assert.equal(await locks.run('key', async () => 1), 1);
    assert.equal(await locks.run('other', async () => 2), 2);
    assert.equal(recorded.lines.length, 1);
    assert.match(recorded.lines[0] ?? '', /^warn Windows cannot wait for each other.*EEXIST/);
  });

  it('keeps the result of work whose lock is gone when it ends', async () => {
    const result = await locks.run('key', async () => {
      const [name = ''] = await readdir(folder);
      const path = join(folder, name);
      await mkdir(join(path, 'in the way'));
      return 'kept';
    });
    assert.equal(result, 'kept');
    assert.match(recorded.lines.join('\n'), /^debug A lock could not be released/);
  });
});

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit').then(([code]) => assert.fail(`the process ended: ${code}`));
  const message = once(child, 'message').then(([value]): unknown => value);
  return await Promise.race([message, exit]);
}
