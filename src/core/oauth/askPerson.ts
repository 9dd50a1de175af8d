import { createDeadline } from '../clock.ts';
import { AuthError } from '../errors.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';

/** How long the person may take in the browser, in milliseconds. */
const browserTimeLimit = 5 * 60_000;

/**
 * Sends the person to the authorization page, and waits for what the browser brings back.
 *
 * @returns the authorization response, its `state` matched and nothing else
 * @throws AuthError `cancelled` or `timeout`
 */
export async function askPerson(
  { url, state }: AuthorizationRequest,
  { signal, onStep, onWaiting }: AuthenticationRequest,
  { browser, clock, pending }: AuthenticationPorts,
): Promise<URLSearchParams> {
  const deadline = createDeadline(clock, browserTimeLimit, {
    signal,
    sentence: 'Nobody finished signing in within five minutes.',
  });
  const expected = pending.expect(state, deadline.signal);
  try {
    onStep('openingBrowser');
    let answered = false;
    const response = expected.response.finally(() => {
      answered = true;
    });
    const opened = browser.open(url, deadline.signal).then((isOpen) => {
      if (!isOpen) {
        throw new AuthError('cancelled', 'The sign-in page was not opened.');
      }
      if (!answered) {
        onStep('waitingForBrowser');
        onWaiting?.(() => browser.open(url, deadline.signal));
      }
      return response;
    });
    // Some servers answer before the browser is reported open; the person may cancel while it asks them.
    return await Promise.race([response, opened]);
  } finally {
    expected.dispose();
    deadline.dispose();
  }
}
