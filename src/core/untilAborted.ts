import { abortError, throwIfAborted } from './errors.ts';

/**
 * Waits for work, but not beyond the end of a signal. The work goes on; what becomes of it is then nobody's concern.
 *
 * @throws what the work throws, or AuthError: the signal's reason
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Observed in any case: work that nobody waits for may fail.
  void work.catch(() => undefined);
  throwIfAborted(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortError(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
