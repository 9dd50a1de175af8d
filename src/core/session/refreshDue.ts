import { type AuthError, ServerBusyError } from '../errors.ts';
import { isRefreshable } from './freshness.ts';
import type { Session } from './session.ts';

/** How long before its expiry a token is refreshed in the background, at most, in milliseconds. */
const longestLead = 5 * 60_000;

/** What the moment of a background refresh depends on besides the session. */
export interface Timing {
  /** Whether this window is the one whose turn it is; the others come later, and only if it has not. */
  readonly isHolder: boolean;
  /** Between 0 and 1: keeps windows, and machines that share a storage, from asking at the same moment. */
  readonly jitter: number;
}

/**
 * When to refresh a session ahead of its expiry, in milliseconds since the epoch: earlier than anybody who uses it
 * would have to. `undefined` where that is not possible, or where the server does not say when the token expires.
 */
export function refreshDue(session: Session, { isHolder, jitter }: Timing): number | undefined {
  const { expiresAt, receivedAt } = session.tokens;
  if (expiresAt === undefined || !isRefreshable(session)) {
    return undefined;
  }
  const longest = Math.min(longestLead, (expiresAt - receivedAt) / 5);
  // Even at its latest this is before the margin within which a token is refreshed on use.
  const lead = isHolder ? longest : 0.7 * longest;
  return expiresAt - lead + (jitter * longest) / 8;
}

const firstPause = 5_000;
const longestPause = 5 * 60_000;

/**
 * How long to leave a server alone after background refreshes have failed, in milliseconds.
 *
 * @param failures in a row, at least 1
 * @param jitter between 0 and 1
 * @returns `undefined` where trying again by itself is of no use
 */
export function retryPause(error: AuthError, failures: number, jitter: number): number | undefined {
  if (!isPassing(error)) {
    return undefined;
  }
  const pause = Math.min(longestPause, firstPause * 2 ** (failures - 1)) * (0.5 + jitter / 2);
  const asked = error instanceof ServerBusyError ? (error.retryAfter ?? 0) : 0;
  return Math.max(pause, asked);
}

/** Whether an error says no more than that it did not work this time. */
function isPassing({ code }: AuthError): boolean {
  return code === 'network' || code === 'server_error' || code === 'timeout';
}
