import type { Disposable } from './disposable.ts';
import { AuthError, abortError } from './errors.ts';

/** Time, as a port: tests move it by hand. All values are milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, `delay` ms from now, unless disposed before. */
  setTimer(delay: number, callback: () => void): Disposable;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delay, callback) {
    const timer = setTimeout(callback, delay);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** A time limit joined to a caller's signal. Dispose it when the work is done, or its timer stays. */
export interface Deadline extends Disposable {
  /** Aborts with the caller's reason, or with an {@link AuthError} `timeout` when the limit is reached. */
  readonly signal: AbortSignal;
}

/**
 * Starts a time limit of `ms` milliseconds.
 *
 * @param sentence what the user reads when the limit is reached
 */
export function createDeadline(
  clock: Clock,
  ms: number,
  options: { readonly signal?: AbortSignal | undefined; readonly sentence: string },
): Deadline {
  const controller = new AbortController();
  const timer = clock.setTimer(ms, () => controller.abort(new AuthError('timeout', options.sentence)));
  const parent = options.signal;
  const onAbort = () => controller.abort(parent && abortError(parent));
  if (parent?.aborted) {
    onAbort();
  } else {
    parent?.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    dispose() {
      timer.dispose();
      parent?.removeEventListener('abort', onAbort);
    },
  };
}

/** Waits for work, but no longer than `ms` milliseconds. What becomes of the work is for others to see. */
export async function waitAtMost(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  let timer: Disposable | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = clock.setTimer(ms, resolve);
  });
  await Promise.race([work, limit]).finally(() => timer?.dispose());
}
