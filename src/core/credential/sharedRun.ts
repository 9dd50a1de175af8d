import type { Disposable } from '../disposable.ts';
import { AuthError, abortError, throwIfAborted } from '../errors.ts';

/** Work that several callers wait for together, and that is cancelled once none of them waits any more. */
export class SharedRun<T> implements Disposable {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;

  /** @param work begins in the next microtask */
  constructor(work: (signal: AbortSignal) => Promise<T>) {
    const { signal } = this.#controller;
    this.#result = Promise.resolve().then(async () => {
      throwIfAborted(signal);
      return await work(signal);
    });
    // Whoever waits hears of it.
    this.#result.catch(() => undefined);
  }

  /** Whether it was cancelled: nobody should wait for it any more. */
  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  /** @throws AuthError the signal's reason as soon as it aborts, whatever becomes of the work; else what the work throws */
  async join(signal: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting++;
    try {
      return await Promise.race([this.#result, givenUp]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#waiting--;
      if (this.#waiting === 0) {
        this.dispose();
      }
    }
  }

  /** Cancels the work. Does nothing once it has ended. */
  dispose(): void {
    this.#controller.abort(new AuthError('cancelled', 'Nobody waits for it any more.'));
  }
}
