import type { Disposable } from '../disposable.ts';
import { abortError } from '../errors.ts';

/** An authorization response that is waited for. Dispose it to stop waiting. */
export interface PendingAuthorization extends Disposable {
  /** Settles once: with the parameters of the response, or with the signal's reason. */
  readonly response: Promise<URLSearchParams>;
}

/**
 * The authorization responses that this window waits for, by `state`. What reaches it otherwise is for
 * `AuthorizationResponses`.
 */
export class PendingAuthorizations {
  readonly #waiting = new Map<string, (response: URLSearchParams) => void>();

  /** Starts to wait; call it before the browser opens, since some servers answer at once. */
  expect(state: string, signal: AbortSignal): PendingAuthorization {
    const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
    const dispose = () => {
      this.#waiting.delete(state);
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      dispose();
      reject(abortError(signal));
    };
    // A rejection that nobody awaits any more is no unhandled one.
    promise.catch(() => undefined);
    this.#waiting.set(state, (response) => {
      dispose();
      resolve(response);
    });
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
    }
    return { response: promise, dispose };
  }

  /**
   * Hands a response to whoever waits for its `state`, exactly once.
   *
   * @returns whether somebody in this window did; anything else changes nothing
   */
  deliver(response: URLSearchParams): boolean {
    const state = stateOf(response);
    const accept = state === undefined ? undefined : this.#waiting.get(state);
    accept?.(response);
    return accept !== undefined;
  }
}

/** The `state` of a response; `undefined` where it has none, or several. */
export function stateOf(response: URLSearchParams): string | undefined {
  const [state, ...more] = response.getAll('state');
  return more.length === 0 ? state : undefined;
}
