/** What happens during a run of a mocha suite, as plain data that can cross a process boundary. */
export type TestEvent =
  | { readonly type: 'suite'; readonly title: string; readonly depth: number }
  | { readonly type: 'passed'; readonly title: string; readonly depth: number; readonly durationMs: number }
  | { readonly type: 'skipped'; readonly title: string; readonly depth: number }
  | { readonly type: 'failed'; readonly title: string; readonly depth: number; readonly failure: TestFailure }
  | { readonly type: 'end' };

/** A test that failed, or something that went wrong outside of any test. */
export interface TestFailure {
  /** The titles of the suites and of the test. */
  readonly path: readonly string[];
  /** Message and stack, for people. */
  readonly text: string;
}

/** Receives the events of a run in their order. */
export type TestEventSink = (event: TestEvent) => void;
