import { abortError, throwIfAborted } from './errors.ts';

/**
 * Waits until what came before has ended. Giving up before that does not end it.
 *
 * @param before never rejects
 * @throws AuthError the signal's reason
 */
export async function awaitTurn(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    void before.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
