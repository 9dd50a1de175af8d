import type { Clock } from '../clock.ts';
import { AuthError } from '../errors.ts';
import { parseChallenge } from '../oauth/challenge.ts';
import type { Fetch } from '../oauth/oauthFetch.ts';
import { attempt } from './attempt.ts';
import type { ConnectionTarget } from './greeting.ts';
import { recordAnswers } from './recordAnswers.ts';

/** What a server makes of a greeting without a credential. */
export type PlainAnswer = 'challenged' | 'failed' | 'unauthorized' | 'welcomed';

/** What asking takes. */
export interface PlainPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** In milliseconds; 10 seconds by default. */
  readonly timeLimit?: number | undefined;
}

/**
 * Greets a server without a credential: it is `challenged` by a challenge that OAuth can meet, and
 * `unauthorized` by a 401 that says nothing of the kind.
 *
 * @throws AuthError `cancelled` only
 */
export async function withoutCredential(
  target: ConnectionTarget,
  { fetch, clock, timeLimit = 10_000 }: PlainPorts,
  signal: AbortSignal,
): Promise<PlainAnswer> {
  const recorder = recordAnswers(fetch, clock);
  let refusal: 'challenged' | 'unauthorized' | undefined;
  const send: Fetch = async (url, init) => {
    const response = await recorder.fetch(url, { ...init, redirect: 'manual' });
    const { status } = response;
    const challenge = status === 401 || status === 403 ? await parseChallenge(response) : undefined;
    if (status === 401 || challenge) {
      refusal ??= challenge ? 'challenged' : 'unauthorized';
      void response.body?.cancel().catch(() => undefined);
      throw new AuthError('not_authenticated', 'asked for a credential');
    }
    return response;
  };
  const { kind } = await attempt(target, { send, recorder, clock, timeLimit, signal });
  return refusal ?? (kind === 'connected' ? 'welcomed' : 'failed');
}
