import assert from 'node:assert/strict';
import { Emitter } from '../../src/core/event.ts';

describe('Emitter', () => {
  it('calls listeners at once, in order of subscription', () => {
    const emitter = new Emitter<number>();
    const calls: string[] = [];
    emitter.event((value) => calls.push(`first ${value}`));
    emitter.event((value) => calls.push(`second ${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(calls, ['first 1', 'second 1', 'first 2', 'second 2']);
  });

  it('makes two subscriptions of a function that subscribes twice, each with its own end', () => {
    const emitter = new Emitter<void>();
    let calls = 0;
    const listener = () => {
      calls++;
    };
    const subscription = emitter.event(listener);
    emitter.event(listener);
    emitter.fire();
    assert.equal(calls, 2);
    subscription.dispose();
    subscription.dispose();
    emitter.fire();
    assert.equal(calls, 3);
  });

  it('does not call a listener that was added while firing before the next time', () => {
    const emitter = new Emitter<string>();
    const calls: string[] = [];
    const subscription = emitter.event(() => {
      subscription.dispose();
      emitter.event((value) => calls.push(value));
    });
    emitter.fire('first');
    assert.deepEqual(calls, []);
    emitter.fire('second');
    assert.deepEqual(calls, ['second']);
  });

  it('calls nobody once disposed', () => {
    const emitter = new Emitter<void>();
    emitter.event(() => assert.fail('called'));
    emitter.dispose();
    emitter.fire();
  });
});
