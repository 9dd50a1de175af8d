import type { TestEventSink, TestFailure } from './testEvent.ts';

const SLOW_MS = 300;

/** Prints events the way mocha's spec reporter does, with all failures in full at the end. */
export function createSpecPrinter(print: (line: string) => void): TestEventSink {
  const failures: TestFailure[] = [];
  return (event) => {
    const indent = 'depth' in event ? '  '.repeat(event.depth + 1) : '';
    switch (event.type) {
      case 'suite':
        print(`${event.depth === 0 ? '\n' : ''}${indent}${event.title}`);
        break;
      case 'passed':
        print(`${indent}✔ ${event.title}${event.durationMs > SLOW_MS ? ` (${event.durationMs} ms)` : ''}`);
        break;
      case 'skipped':
        print(`${indent}- ${event.title}`);
        break;
      case 'failed':
        failures.push(event.failure);
        print(`${indent}${failures.length}) ${event.title}`);
        break;
      case 'end':
        printFailures(failures, print);
        print('');
    }
  };
}

/** Prints failures in full, numbered. */
export function printFailures(failures: readonly TestFailure[], print: (line: string) => void): void {
  failures.forEach((failure, index) => {
    print(`\n  ${index + 1}) ${failure.path.join(' › ')}\n${failure.text.replace(/^/gm, '     ')}`);
  });
}
