/** Remembers how to undo something. */
export type Defer = (undo: () => void | Promise<void>) => void;

/** What has to be undone in the end, in reverse order; every step is tried, the first error is thrown. */
export interface Cleanup {
  readonly defer: Defer;
  /** Undoes everything that was deferred. Later calls do nothing. */
  run(): Promise<void>;
}

/** A list of things to undo, empty at first. */
export function createCleanup(): Cleanup {
  const steps: (() => void | Promise<void>)[] = [];
  return {
    defer: (undo) => {
      steps.push(undo);
    },
    run: async () => {
      const errors: unknown[] = [];
      for (let undo = steps.pop(); undo !== undefined; undo = steps.pop()) {
        try {
          await undo();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) {
        throw errors[0];
      }
    },
  };
}

/** Runs the body, then undoes what it deferred, whatever came of it. */
export async function withCleanup<T>(body: (defer: Defer) => Promise<T>): Promise<T> {
  const cleanup = createCleanup();
  try {
    return await body(cleanup.defer);
  } finally {
    await cleanup.run();
  }
}
