import { describeError } from '../support/report/mochaEvents.ts';
import type { TestFailure } from '../support/report/testEvent.ts';

/**
 * Collects promises that nobody looked after. The extension host is shared with VS Code's own extensions, so only
 * errors with a stack through the code under test count.
 */
export function watchUnhandledRejections(): { stop(): readonly TestFailure[] } {
  const rejected = new Map<unknown, TestFailure>();
  const onUnhandled = (reason: unknown, promise: unknown) => {
    const text = describeError(reason);
    if (/out[\\/]host[\\/]/.test(text)) {
      rejected.set(promise, { path: ['unhandled rejection'], text });
    }
  };
  const onHandled = (promise: unknown) => {
    rejected.delete(promise);
  };
  process.on('unhandledRejection', onUnhandled);
  process.on('rejectionHandled', onHandled);
  return {
    stop: () => {
      process.off('unhandledRejection', onUnhandled);
      process.off('rejectionHandled', onHandled);
      return [...rejected.values()];
    },
  };
}
