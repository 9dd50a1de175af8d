import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestEventSink, TestFailure } from './testEvent.ts';

/** The outcome of one test suite; what one runner writes for another to sum up. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
}

/** The environment variable that names the file for the result. */
export const RESULT_FILE = 'MCP_AUTH_TEST_RESULT_FILE';

/** Counts events; `result` says what they add up to, as failed if nothing ran or the end did not come. */
export function createResultCollector(): {
  readonly sink: TestEventSink;
  /** How many failures came as events. */
  reported(): number;
  result(): SuiteResult;
} {
  let passed = 0;
  let skipped = 0;
  let ended = false;
  const failures: TestFailure[] = [];
  return {
    sink: (event) => {
      switch (event.type) {
        case 'passed':
          passed++;
          break;
        case 'skipped':
          skipped++;
          break;
        case 'failed':
          failures.push(event.failure);
          break;
        case 'end':
          ended = true;
          break;
        case 'suite':
      }
    },
    reported: () => failures.length,
    result: () => {
      const extra = [
        ...(passed + failures.length === 0 ? ['No test ran.'] : []),
        ...(ended ? [] : ['The suite did not come to its end.']),
      ].map((text): TestFailure => ({ path: ['the suite as a whole'], text }));
      const all = [...failures, ...extra];
      return { passed, failed: all.length, skipped, failures: all };
    },
  };
}

/** The same result with one more failure that no test reported. */
export function withFailure(result: SuiteResult, text: string): SuiteResult {
  const failure: TestFailure = { path: ['the suite as a whole'], text };
  return { ...result, failed: result.failed + 1, failures: [...result.failures, failure] };
}

/** `N passed, N failed`. */
export function summaryLine(result: Pick<SuiteResult, 'passed' | 'failed'>): string {
  return `${result.passed} passed, ${result.failed} failed`;
}

/** Writes the result where the environment asks for it; nothing if it does not. */
export function writeResult(result: SuiteResult): void {
  const file = process.env[RESULT_FILE];
  if (file !== undefined && file !== '') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(result, null, 2));
  }
}

/** Reads what `writeResult` wrote; undefined if there is no such file. */
export function readResult(file: string): SuiteResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SuiteResult;
  } catch {
    return undefined;
  }
}
