import { inspect } from 'node:util';
import type { Runnable, Runner, Suite } from 'mocha';
import type { TestEventSink } from './testEvent.ts';

/** Tells what a mocha runner does as events. */
export function observeMocha(runner: Runner, emit: TestEventSink): void {
  let depth = 0;
  runner.on('suite', (suite: Suite) => {
    if (!suite.root) {
      emit({ type: 'suite', title: suite.title, depth });
      depth++;
    }
  });
  runner.on('suite end', (suite: Suite) => {
    if (!suite.root) {
      depth--;
    }
  });
  runner.on('pass', (test) => {
    emit({ type: 'passed', title: test.title, depth, durationMs: test.duration ?? 0 });
  });
  runner.on('pending', (test) => {
    emit({ type: 'skipped', title: test.title, depth });
  });
  runner.on('fail', (test: Runnable, error: unknown) => {
    emit({
      type: 'failed',
      title: test.title,
      depth,
      failure: { path: test.titlePath(), text: describeError(error) },
    });
  });
  runner.on('end', () => emit({ type: 'end' }));
}

/** Message, stack, difference and causes of anything that was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return inspect(error, { depth: 6 });
  }
  const { cause } = error;
  const text = error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack ?? ''}`;
  return cause === undefined ? text : `${text}\ncaused by ${describeError(cause)}`;
}
