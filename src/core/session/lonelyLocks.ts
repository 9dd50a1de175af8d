import { abortError, throwIfAborted } from '../errors.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** Locks of one window that knows of no others: where there is no place to meet. */
export function lonelyLocks(): SessionLocks {
  /** By key; settles when everybody who has asked for it so far is done, and never rejects. */
  const turns = new Map<string, Promise<unknown>>();
  return {
    async run(key, work, signal) {
      const before = turns.get(key);
      const turn = waitFor(before, signal).then(work);
      const last = Promise.allSettled([before, turn]);
      turns.set(key, last);
      try {
        return await turn;
      } finally {
        if (turns.get(key) === last) {
          turns.delete(key);
        }
      }
    },
  };
}

async function waitFor(before: Promise<unknown> | undefined, signal?: AbortSignal): Promise<void> {
  if (!signal) {
    await before;
    return;
  }
  throwIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  void Promise.resolve(before).then(() => resolve());
  await promise.finally(() => signal.removeEventListener('abort', onAbort));
}
