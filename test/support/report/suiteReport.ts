import { describeError } from './mochaEvents.ts';
import { withOriginalPositions } from './originalPositions.ts';
import { createSpecPrinter } from './specPrinter.ts';
import { createResultCollector, summaryLine, withFailure, writeResult } from './suiteResult.ts';
import type { TestEventSink } from './testEvent.ts';

/** What a runner does with the events of a suite in another process. */
export interface SuiteReport {
  /** Prints each event at once and counts it. */
  readonly sink: TestEventSink;
  /** The number of failures so far. */
  failed(): number;
  /**
   * Prints the closing line and writes the result file.
   * @param crash what went wrong outside of the tests; counts as one failure
   * @returns the exit code
   */
  finish(crash?: unknown): number;
}

/** Reports a suite that runs from a bundle in another process. */
export function createSuiteReport(): SuiteReport {
  const collector = createResultCollector();
  const print = createSpecPrinter((line) => console.log(line));
  return {
    sink: (raw) => {
      const event =
        raw.type === 'failed'
          ? { ...raw, failure: { ...raw.failure, text: withOriginalPositions(raw.failure.text) } }
          : raw;
      print(event);
      collector.sink(event);
    },
    failed: () => collector.result().failed,
    finish: (crash) => {
      const counted = collector.result();
      const result = crash === undefined ? counted : withFailure(counted, describeError(crash));
      for (const failure of result.failures.slice(collector.reported())) {
        console.log(failure.text);
      }
      writeResult(result);
      console.log(summaryLine(result));
      return result.failed === 0 ? 0 : 1;
    },
  };
}
