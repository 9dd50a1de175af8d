import assert from 'node:assert/strict';
import { SharedRun } from '../../../src/core/credential/sharedRun.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to, and hears when it is cancelled. */
function steeredRun() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const seen: { signal?: AbortSignal } = {};
  const run = new SharedRun(async (signal) => {
    seen.signal = signal;
    return await promise;
  });
  return { run, seen, resolve, reject };
}

describe('SharedRun', () => {
  it('gives one result to all who wait', async () => {
    const { run, resolve } = steeredRun();
    const waiting = [run.join(never), run.join(never)];
    resolve('done');
    assert.deepEqual(await Promise.all(waiting), ['done', 'done']);
  });

  it('gives one error to all who wait', async () => {
    const { run, reject } = steeredRun();
    const waiting = [run.join(never), run.join(never)];
    reject(new Error('no'));
    for (const one of waiting) {
      await assert.rejects(one, { message: 'no' });
    }
  });

  it('goes on while somebody waits, and is cancelled when the last one gives up', async () => {
    const { run, seen } = steeredRun();
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [run.join(first.signal), run.join(second.signal)];
    first.abort();
    await assert.rejects(waiting[0] ?? Promise.resolve(), { code: 'cancelled' });
    assert.deepEqual([run.isOver, seen.signal?.aborted], [false, false]);
    second.abort();
    await assert.rejects(waiting[1] ?? Promise.resolve(), { code: 'cancelled' });
    assert.deepEqual([run.isOver, seen.signal?.aborted], [true, true]);
  });

  it('does not begin where it is cancelled at once', async () => {
    const { run, seen } = steeredRun();
    const waiting = run.join(never);
    run.dispose();
    await assert.rejects(waiting, { code: 'cancelled' });
    assert.equal(seen.signal, undefined);
  });

  it('does not let anybody join who has given up already', async () => {
    const { run } = steeredRun();
    await assert.rejects(run.join(AbortSignal.abort()), { code: 'cancelled' });
    assert.equal(run.isOver, false);
  });
});
