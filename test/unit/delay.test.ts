import assert from 'node:assert/strict';
import { delay } from '../../src/core/delay.ts';
import { AuthError } from '../../src/core/errors.ts';
import { FakeClock } from '../support/fakeClock.ts';

describe('delay', () => {
  it('lasts as long as it was told to, and leaves nothing behind', async () => {
    const clock = new FakeClock();
    let isOver = false;
    const waiting = delay(clock, 100, new AbortController().signal).then(() => {
      isOver = true;
    });
    clock.advance(99);
    await Promise.resolve();
    assert.equal(isOver, false);
    clock.advance(1);
    await waiting;
    assert.equal(clock.timerCount, 0);
  });

  it('ends with the signal, for its reason', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const waiting = delay(clock, 100, controller.signal);
    controller.abort(new AuthError('timeout', 'Too late.'));
    await assert.rejects(waiting, { code: 'timeout' });
    assert.equal(clock.timerCount, 0);
  });

  it('does not begin when the signal has ended', async () => {
    const clock = new FakeClock();
    await assert.rejects(delay(clock, 100, AbortSignal.abort()), { code: 'cancelled' });
    assert.equal(clock.timerCount, 0);
  });
});
