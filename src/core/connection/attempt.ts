import { type Clock, createDeadline } from '../clock.ts';
import { AuthError, abortError, isCancelled } from '../errors.ts';
import { type Fetch, networkError } from '../oauth/oauthFetch.ts';
import { type ConnectionTarget, type Greeting, greet } from './greeting.ts';
import type { AnswerRecorder, RecordedAnswer } from './recordAnswers.ts';

/** What came of greeting a server once. */
export type Attempt =
  | { readonly kind: 'connected'; readonly greeting: Greeting; readonly milliseconds: number }
  | {
      readonly kind: 'failed';
      readonly error: AuthError;
      /** The server's last answer; absent if its last request has none. */
      readonly answer: RecordedAnswer | undefined;
    };

/** How an attempt is made. */
export interface AttemptPorts {
  /** Adds credentials; sends through the recorder's. */
  readonly send: Fetch;
  readonly recorder: AnswerRecorder;
  readonly clock: Clock;
  /** In milliseconds. */
  readonly timeLimit: number;
  readonly signal: AbortSignal;
}

/**
 * Greets a server.
 *
 * @throws AuthError `cancelled` only
 */
export async function attempt(target: ConnectionTarget, ports: AttemptPorts): Promise<Attempt> {
  const { send, recorder, clock, timeLimit, signal } = ports;
  const { serverUrl } = target;
  const deadline = createDeadline(clock, timeLimit, {
    signal,
    sentence: `${serverUrl.host} did not answer within ${timeLimit / 1000} seconds.`,
  });
  // Saying goodbye is a request too, and is not what took its time or failed.
  let answer: RecordedAnswer | undefined;
  const limited: Fetch = async (url, init) => {
    const before = recorder.last();
    try {
      return await send(url, { ...init, signal: deadline.signal });
    } finally {
      // Where a session cannot be refreshed, nothing was sent.
      const latest = recorder.last() === before ? undefined : recorder.last();
      answer = init?.method === 'DELETE' ? answer : latest;
    }
  };
  try {
    const greeting = await greet(target, limited);
    return { kind: 'connected', greeting, milliseconds: answer?.milliseconds ?? 0 };
  } catch (error) {
    const reason = deadline.signal.aborted ? abortError(deadline.signal) : error;
    if (isCancelled(reason)) {
      throw reason;
    }
    return {
      kind: 'failed',
      error: reason instanceof AuthError ? reason : networkError(serverUrl, reason),
      answer,
    };
  } finally {
    deadline.dispose();
  }
}
