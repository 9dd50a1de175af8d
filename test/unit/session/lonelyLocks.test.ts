import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { lonelyLocks } from '../../../src/core/session/lonelyLocks.ts';

describe('the locks of a window alone', () => {
  it('let one at a time run under a key, in the order in which they came', async () => {
    const locks = lonelyLocks();
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const one = locks.run('a', async () => {
      order.push('one begins');
      await first.promise;
      order.push('one ends');
      return 1;
    });
    const two = locks.run('a', async () => order.push('two'));
    const three = locks.run('a', async () => order.push('three'));
    await setImmediate();
    assert.deepEqual(order, ['one begins']);
    first.resolve();
    assert.equal(await one, 1);
    await Promise.all([two, three]);
    assert.deepEqual(order, ['one begins', 'one ends', 'two', 'three']);
  });

  it('let others run under another key', async () => {
    const locks = lonelyLocks();
    const first = Promise.withResolvers<void>();
    const one = locks.run('a', () => first.promise);
    assert.equal(await locks.run('b', async () => 'done'), 'done');
    first.resolve();
    await one;
  });

  it('pass on what the work throws, and go on with the next', async () => {
    const locks = lonelyLocks();
    const fails = locks.run('a', async () => {
      throw new Error('no');
    });
    const next = locks.run('a', async () => 'done');
    await assert.rejects(fails, /no/);
    assert.equal(await next, 'done');
  });

  it('let somebody give up waiting without giving the turn away', async () => {
    const locks = lonelyLocks();
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const one = locks.run('a', () => first.promise);
    const controller = new AbortController();
    const impatient = locks.run('a', async () => order.push('impatient'), controller.signal);
    const next = locks.run('a', async () => order.push('next'));
    controller.abort();
    await assert.rejects(impatient, { code: 'cancelled' });
    await setImmediate();
    assert.deepEqual(order, []);
    first.resolve();
    await Promise.all([one, next]);
    assert.deepEqual(order, ['next']);
  });
});
