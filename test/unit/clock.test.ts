import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createDeadline, systemClock } from '../../src/core/clock.ts';
import { AuthError } from '../../src/core/errors.ts';
import { FakeClock } from '../support/fakeClock.ts';

const sentence = 'Nobody answered.';

describe('createDeadline', () => {
  it('aborts with a timeout and its sentence when the limit is reached, and not before', () => {
    const clock = new FakeClock();
    const { signal } = createDeadline(clock, 1000, { sentence });
    clock.advance(999);
    assert.equal(signal.aborted, false);
    clock.advance(1);
    assert.ok(signal.reason instanceof AuthError);
    assert.deepEqual([signal.reason.code, signal.reason.message], ['timeout', sentence]);
  });

  it("aborts with the caller's own AuthError", () => {
    const controller = new AbortController();
    const { signal } = createDeadline(new FakeClock(), 1000, { signal: controller.signal, sentence });
    const reason = new AuthError('untrusted_workspace', 'No.');
    controller.abort(reason);
    assert.equal(signal.reason, reason);
  });

  it('turns any other abort of the caller into cancelled, with the reason as its cause', () => {
    const controller = new AbortController();
    const { signal } = createDeadline(new FakeClock(), 1000, { signal: controller.signal, sentence });
    controller.abort('bored');
    assert.ok(signal.reason instanceof AuthError);
    assert.deepEqual([signal.reason.code, signal.reason.cause], ['cancelled', 'bored']);
  });

  it('is aborted from the start where the caller is', () => {
    const { signal } = createDeadline(new FakeClock(), 1000, { signal: AbortSignal.abort(), sentence });
    assert.equal(signal.aborted, true);
  });

  it('keeps the first reason when limit and caller come together', () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const { signal } = createDeadline(clock, 1000, { signal: controller.signal, sentence });
    clock.advance(1000);
    controller.abort();
    assert.equal(signal.reason.code, 'timeout');
  });

  it('leaves neither timer nor listener behind once disposed, and stays as it is', () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const deadline = createDeadline(clock, 1000, { signal: controller.signal, sentence });
    deadline.dispose();
    assert.equal(clock.timerCount, 0);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    clock.advance(5000);
    controller.abort();
    assert.equal(deadline.signal.aborted, false);
  });
});

describe('systemClock', () => {
  it('tells the time and calls back', async () => {
    const before = Date.now();
    await new Promise<void>((resolve) => systemClock.setTimer(0, resolve));
    assert.ok(systemClock.now() >= before);
  });

  it('does not call back once disposed', async () => {
    const called: string[] = [];
    systemClock.setTimer(0, () => called.push('disposed')).dispose();
    await new Promise<void>((resolve) => systemClock.setTimer(1, resolve));
    assert.deepEqual(called, []);
  });
});

describe('FakeClock', () => {
  it('calls back in the order of time, each at its own, also what callbacks set', () => {
    const clock = new FakeClock(0);
    const calls: (readonly [string, number])[] = [];
    const call = (name: string) => () => calls.push([name, clock.now()]);
    clock.setTimer(30, call('late'));
    clock.setTimer(10, () => {
      call('early')();
      clock.setTimer(5, call('nested'));
    });
    clock.setTimer(10, call('second'));
    clock.setTimer(20, call('disposed')).dispose();
    clock.setTimer(31, call('never'));
    clock.advance(30);
    assert.deepEqual(calls, [
      ['early', 10],
      ['second', 10],
      ['nested', 15],
      ['late', 30],
    ]);
    assert.deepEqual([clock.now(), clock.timerCount], [30, 1]);
  });
});
