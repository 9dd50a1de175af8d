import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { AuthError } from '../../../src/core/errors.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';

describe('WindowLocks', () => {
  let locks: WindowLocks;
  let happened: string[];
  beforeEach(() => {
    locks = new WindowLocks();
    happened = [];
  });

  /** Work that begins and ends when it is told to. */
  function task(name: string, end: Promise<unknown> = setImmediate()) {
    return async () => {
      happened.push(`${name} begins`);
      try {
        await end;
        return name;
      } finally {
        happened.push(`${name} ends`);
      }
    };
  }

  it('runs one after the other what is asked for under one key, in order', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map((name) => locks.run('key', task(name))));
    assert.deepEqual(results, ['a', 'b', 'c']);
    assert.deepEqual(happened, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('runs side by side what is asked for under different keys', async () => {
    const end = Promise.withResolvers<void>();
    const held = locks.run('one', task('a', end.promise));
    assert.equal(await locks.run('two', task('b')), 'b');
    end.resolve();
    assert.equal(await held, 'a');
  });

  it('passes on what work throws, and goes on with the next', async () => {
    const failed = locks.run('key', task('a', Promise.reject(new Error('failed'))));
    const next = locks.run('key', task('b'));
    await assert.rejects(failed, /failed/);
    assert.equal(await next, 'b');
  });

  it('runs nothing for whoever gives up waiting, and lets nobody overtake who holds the lock', async () => {
    const end = Promise.withResolvers<void>();
    const controller = new AbortController();
    const held = locks.run('key', task('a', end.promise));
    const given = locks.run('key', task('b'), controller.signal);
    const waiting = locks.run('key', task('c'));
    controller.abort(new AuthError('timeout', 'It took too long.'));
    await assert.rejects(given, { name: 'AuthError', code: 'timeout' });
    await setImmediate();
    assert.deepEqual(happened, ['a begins']);
    end.resolve();
    await Promise.all([held, waiting]);
    assert.deepEqual(happened, ['a begins', 'a ends', 'c begins', 'c ends']);
  });

  it('runs nothing for whoever has given up already', async () => {
    const run = locks.run('key', task('a'), AbortSignal.abort());
    await assert.rejects(run, { name: 'AuthError', code: 'cancelled' });
    assert.equal(await locks.run('key', task('b')), 'b');
    assert.deepEqual(happened, ['b begins', 'b ends']);
  });

  it('does not cancel work that has begun', async () => {
    const controller = new AbortController();
    const end = Promise.withResolvers<void>();
    const run = locks.run('key', task('a', end.promise), controller.signal);
    await setImmediate();
    controller.abort();
    end.resolve();
    assert.equal(await run, 'a');
  });
});
