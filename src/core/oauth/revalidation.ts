import { type Clock, waitAtMost } from '../clock.ts';
import { AuthError, isCancelled, throwIfAborted } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Discovered } from './discovery.ts';
import { SignInInterruptedError } from './signInInterruptedError.ts';

/** The points of a sign-in that revalidation goes by. */
export interface Moments {
  readonly onBrowser: () => void;
  readonly beforeExchange: () => Promise<void>;
}

/** A sign-in that is begun before it is known whether what is remembered still holds. */
export interface Revalidation<T> {
  readonly remembered: Discovered;
  /** Finds out anew, like `discover`. */
  readonly discoverAnew: (signal: AbortSignal) => Promise<Discovered>;
  readonly isSame: (one: Discovered, other: Discovered) => boolean;
  /**
   * The sign-in.
   *
   * @param moments.onBrowser to be called when the browser is about to open: from there on there is time
   * @param moments.beforeExchange to be awaited when the person is back: the signal then tells whether to go
   * on, and is not aborted for the server's sake any more
   */
  readonly attempt: (discovered: Discovered, signal: AbortSignal, moments: Moments) => Promise<T>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * How long a person who is back already waits for the server to be asked, in milliseconds. The code may go to
 * the token endpoint that is remembered even then: it was found to be the right one, and the issuer is checked.
 */
const patience = 5_000;

/** What asking the server anew has shown. */
export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly discovered: Discovered }
  | { readonly kind: 'refused'; readonly error: AuthError };

/** What a server may say of itself that no remembered answer outweighs. Anything else may be a bad moment. */
const weighty: readonly AuthError['code'][] = [
  'forbidden_address',
  'insecure_url',
  'issuer_mismatch',
  'no_authentication_needed',
  'resource_mismatch',
];

/**
 * Signs in with what is remembered, and asks the server again while the browser is open, so that no request
 * stands between the click and the page. If the server has moved in the meantime the sign-in begins once more,
 * with what is true now.
 *
 * @throws what the attempt throws, or why what the server says now cannot be used
 */
export async function withRevalidation<T>(sign: Revalidation<T>): Promise<T> {
  const { remembered, attempt, signal, log } = sign;
  const brokenOff = new AbortController();
  const ended = new AbortController();
  let verdict: Promise<Verdict> | undefined;
  let isExchanging = false;
  const beforeExchange = async () => {
    await waitAtMost(revalidate(), patience, sign.clock);
    isExchanging = true;
  };
  const revalidate = () => {
    verdict ??= judge({ ...sign, signal: AbortSignal.any([signal, ended.signal]) }).then((result) => {
      if (result.kind !== 'same' && !isExchanging) {
        brokenOff.abort(new SignInInterruptedError('serverMoved'));
      }
      return result;
    });
    return verdict;
  };
  try {
    return await attempt(remembered, AbortSignal.any([signal, brokenOff.signal]), {
      onBrowser: revalidate,
      beforeExchange,
    });
  } catch (error) {
    throwIfAborted(signal);
    if (isSaidByPerson(error) && !brokenOff.signal.aborted) {
      throw error;
    }
    const result = await revalidate();
    throwIfAborted(signal);
    if (result.kind !== 'changed') {
      throw result.kind === 'refused' ? result.error : error;
    }
    log.info('The server has moved since the last sign-in, which begins once more');
    return await attempt(result.discovered, signal, {
      onBrowser: () => undefined,
      beforeExchange: async () => undefined,
    });
  } finally {
    ended.abort();
  }
}

/** What judging takes. */
export type Judgement = Pick<
  Revalidation<unknown>,
  'discoverAnew' | 'isSame' | 'log' | 'remembered' | 'signal'
>;

/** Asks the server anew. A bad moment of its counts as `same`: what is remembered was found to be right. Never throws. */
export async function judge({ remembered, discoverAnew, isSame, signal, log }: Judgement): Promise<Verdict> {
  try {
    const discovered = await discoverAnew(signal);
    return isSame(remembered, discovered) ? { kind: 'same' } : { kind: 'changed', discovered };
  } catch (error) {
    if (error instanceof AuthError && weighty.includes(error.code)) {
      return { kind: 'refused', error };
    }
    if (!isCancelled(error)) {
      log.info('What is remembered of the server could not be checked, and is used as it is', {
        reason: error,
      });
    }
    return { kind: 'same' };
  }
}

/** The end that a person or their authorization server chose says nothing about where that is. */
function isSaidByPerson(error: unknown): boolean {
  return isCancelled(error) || (error instanceof AuthError && error.code === 'access_denied');
}
