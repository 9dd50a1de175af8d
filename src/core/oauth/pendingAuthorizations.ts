import type { Disposable } from '../disposable.ts';
import { abortError } from '../errors.ts';
import type { Log } from '../log.ts';

/** An authorization response that is waited for. Dispose it to stop waiting. */
export interface PendingAuthorization extends Disposable {
  /** Settles once: with the parameters of the response, or with the signal's reason. */
  readonly response: Promise<URLSearchParams>;
}

/**
 * The authorization responses that this window waits for, by `state`. Every way by which a response arrives
 * ends in {@link deliver}; what nobody waits for changes nothing.
 */
export class PendingAuthorizations {
  readonly #waiting = new Map<string, (response: URLSearchParams) => void>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

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
   * @returns whether somebody did; unknown, late, repeated and forged responses are only logged
   */
  deliver(response: URLSearchParams): boolean {
    const states = response.getAll('state');
    const [state] = states;
    const accept = states.length === 1 && state !== undefined ? this.#waiting.get(state) : undefined;
    if (!accept) {
      this.#log.warn('Ignored an authorization response that nobody waits for', {
        parameters: [...new Set(response.keys())].slice(0, 10).join(','),
      });
      return false;
    }
    accept(response);
    return true;
  }
}
