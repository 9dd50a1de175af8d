import type { Clock } from './clock.ts';
import { abortError, throwIfAborted } from './errors.ts';

/**
 * Waits for `ms` milliseconds.
 *
 * @throws AuthError as soon as the signal aborts: its reason, else `cancelled`
 */
export async function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = clock.setTimer(ms, resolve);
  try {
    await promise;
  } finally {
    timer.dispose();
    signal.removeEventListener('abort', onAbort);
  }
}
