import { createDeadline } from '../clock.ts';
import { AuthError } from '../errors.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { judgePastedText } from './pastedResponse.ts';
import type { RedirectKind } from './redirect.ts';
import type { WaitingForResponse } from './waiting.ts';

/** How long the person may take in the browser, in milliseconds. */
const inBrowser = { time: 5 * 60_000, sentence: 'Nobody finished signing in within five minutes.' };

/** The same where they carry an address to a browser elsewhere, and one back. */
const byHand = { time: 15 * 60_000, sentence: 'Nobody finished signing in within 15 minutes.' };

/** What the person is asked. */
export interface PersonQuestion {
  readonly authorization: AuthorizationRequest;
  readonly server: AuthorizationServer;
  readonly kind: RedirectKind;
}

/** An authorization response, its `state` matched and nothing else. */
export interface PersonAnswer {
  readonly response: URLSearchParams;
  /** Whether the person brought it by hand, so that nothing is known of the redirect. */
  readonly isPasted: boolean;
}

/**
 * Sends the person to the authorization page, unless they want to go there by themselves, and waits for what
 * comes back: through the redirect, or pasted.
 *
 * @throws AuthError `cancelled` or `timeout`
 */
export async function askPerson(
  { authorization, server, kind }: PersonQuestion,
  { signal, onStep, onWaiting }: AuthenticationRequest,
  { browser, clock, pending }: Pick<AuthenticationPorts, 'browser' | 'clock' | 'pending'>,
): Promise<PersonAnswer> {
  const { url, state } = authorization;
  const { time, sentence } = kind === 'paste' ? byHand : inBrowser;
  const deadline = createDeadline(clock, time, { signal, sentence });
  const expected = pending.expect(state, deadline.signal);
  let isPasted = false;
  const judge = (text: string) => judgePastedText(text, { server, ...authorization });
  const waiting: WaitingForResponse = {
    kind: 'response',
    redirectKind: kind,
    url,
    open: () => browser.open(url, deadline.signal),
    check: (text) => problemOf(judge(text)),
    paste(text) {
      const judged = judge(text);
      if ('problem' in judged) {
        return judged.problem;
      }
      isPasted = true;
      return pending.deliver(judged.response) ? undefined : 'This sign-in has ended already.';
    },
  };
  try {
    if (kind === 'paste') {
      onStep('waitingForPaste');
      onWaiting?.(waiting);
      return { response: await expected.response, isPasted };
    }
    onStep('openingBrowser');
    let answered = false;
    const response = expected.response.finally(() => {
      answered = true;
    });
    const opened = waiting.open().then((isOpen) => {
      if (!isOpen) {
        throw new AuthError('cancelled', 'The sign-in page was not opened.');
      }
      if (!answered) {
        onStep('waitingForBrowser');
        onWaiting?.(waiting);
      }
      return response;
    });
    // Some servers answer before the browser is reported open; the person may cancel while it asks them.
    return { response: await Promise.race([response, opened]), isPasted };
  } finally {
    expected.dispose();
    deadline.dispose();
  }
}

function problemOf(judged: ReturnType<typeof judgePastedText>): string | undefined {
  return 'problem' in judged ? judged.problem : undefined;
}
