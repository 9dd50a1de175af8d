import { createDeadline } from '../clock.ts';
import { AuthError, throwIfAborted } from '../errors.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { judgePastedText } from './pastedResponse.ts';
import type { RedirectKind } from './redirect.ts';
import type { WaitingForResponse } from './waiting.ts';

/** How long the person may take in the browser, in milliseconds. */
const inBrowser: TimeLimit = {
  time: 5 * 60_000,
  sentence: 'Nobody finished signing in within five minutes.',
};

/** The same where they carry an address to a browser elsewhere, and one back. */
const byHand: TimeLimit = { time: 15 * 60_000, sentence: 'Nobody finished signing in within 15 minutes.' };

/** How long the person may take. */
export interface TimeLimit {
  /** In milliseconds. */
  readonly time: number;
  /** What they read when that is over. */
  readonly sentence: string;
}

/** What the person is asked. */
export interface PersonQuestion {
  readonly authorization: AuthorizationRequest;
  readonly server: AuthorizationServer;
  readonly kind: RedirectKind;
  /**
   * Present where they were asked before a reload, and are at the page already: for how much longer. They see it
   * again when they want to.
   */
  readonly resumed?: TimeLimit | undefined;
  /** Awaited when the response is waited for, before the page is opened. */
  readonly hold?: (() => Promise<void>) | undefined;
}

/** An authorization response, its `state` matched and nothing else. */
export interface PersonAnswer {
  readonly response: URLSearchParams;
  /** Whether the person brought it by hand, so that nothing is known of the redirect. */
  readonly isPasted: boolean;
}

/**
 * Sends the person to the authorization page, unless they want to go there by themselves or are there already, and
 * waits for what comes back: through the redirect, or pasted.
 *
 * @throws AuthError `cancelled` or `timeout`, or what `hold` throws
 */
export async function askPerson(
  question: PersonQuestion,
  { signal, onStep, onWaiting }: Pick<AuthenticationRequest, 'onStep' | 'onWaiting' | 'signal'>,
  { browser, clock, pending }: Pick<AuthenticationPorts, 'browser' | 'clock' | 'pending'>,
): Promise<PersonAnswer> {
  const { authorization, kind, resumed, hold } = question;
  const { time, sentence } = resumed ?? (kind === 'paste' ? byHand : inBrowser);
  const deadline = createDeadline(clock, time, { signal, sentence });
  const expected = pending.expect(authorization.state, deadline.signal);
  const pasted = { isPasted: false };
  const open = () => browser.open(authorization.url, deadline.signal);
  const waiting = createWaiting(question, open, (response) => {
    pasted.isPasted = true;
    return pending.deliver(response);
  });
  const opensPage = kind !== 'paste' && !resumed;
  try {
    await hold?.();
    throwIfAborted(deadline.signal);
    if (!opensPage) {
      onStep(kind === 'paste' ? 'waitingForPaste' : 'waitingForBrowser');
      onWaiting?.(waiting);
      return { response: await expected.response, ...pasted };
    }
    // Not before: what is asked of the server meanwhile is asked while the page opens.
    onStep('openingBrowser');
    const onOpen = () => {
      onStep('waitingForBrowser');
      onWaiting?.(waiting);
    };
    return { response: await answerOf(open, expected.response, onOpen), ...pasted };
  } finally {
    expected.dispose();
    deadline.dispose();
  }
}

/** Opens the page and waits. Some servers answer before it is reported open; the person may cancel while asked to. */
async function answerOf<T>(
  open: () => Promise<boolean>,
  response: Promise<T>,
  onOpen: () => void,
): Promise<T> {
  let answered = false;
  const answer = response.finally(() => {
    answered = true;
  });
  const opened = open().then((isOpen) => {
    if (!isOpen) {
      throw new AuthError('cancelled', 'The sign-in page was not opened.');
    }
    if (!answered) {
      onOpen();
    }
    return answer;
  });
  return await Promise.race([answer, opened]);
}

function createWaiting(
  { authorization, server, kind, resumed }: PersonQuestion,
  open: () => Promise<boolean>,
  deliver: (response: URLSearchParams) => boolean,
): WaitingForResponse {
  const judge = (text: string) => judgePastedText(text, { server, ...authorization });
  return {
    kind: 'response',
    redirectKind: kind,
    isResumed: resumed !== undefined,
    url: authorization.url,
    open,
    check: (text) => problemOf(judge(text)),
    paste(text) {
      const judged = judge(text);
      if ('problem' in judged) {
        return judged.problem;
      }
      return deliver(judged.response) ? undefined : 'This sign-in has ended already.';
    },
  };
}

function problemOf(judged: ReturnType<typeof judgePastedText>): string | undefined {
  return 'problem' in judged ? judged.problem : undefined;
}
