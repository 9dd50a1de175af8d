import { awaitTurn } from '../turn.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** Mutual exclusion within this window alone: where there is no place for locks that others see. */
export class WindowLocks implements SessionLocks {
  /** Settles, by key, when everything asked for so far has ended. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = Promise.withResolvers<void>();
    const last = Promise.allSettled([before, turn.promise]);
    this.#last.set(key, last);
    try {
      await awaitTurn(before, signal ?? new AbortController().signal);
      return await work();
    } finally {
      turn.resolve();
      if (this.#last.get(key) === last) {
        this.#last.delete(key);
      }
    }
  }
}
