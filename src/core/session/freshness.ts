import type { Session } from './session.ts';

/** A token that is good for less than this, in milliseconds, is refreshed before it is used. */
const longestMargin = 60_000;

/** How long before its expiry a token is refreshed, in milliseconds: one that lives for minutes only would else be refreshed with every use. */
export function refreshMargin({ tokens }: Session): number {
  const lifetime = (tokens.expiresAt ?? Number.POSITIVE_INFINITY) - tokens.receivedAt;
  return Math.min(longestMargin, lifetime / 10);
}

/** Whether the access token can still be used, at a time in milliseconds, with `remaining` ms to spare. */
export function isFresh({ tokens }: Session, now: number, remaining = 0): boolean {
  return tokens.expiresAt === undefined || tokens.expiresAt - remaining > now;
}

/** Whether there is anything that a new access token could be had by, whatever became of it. */
export function isRenewable({ grant, tokens }: Session): boolean {
  return grant !== undefined || tokens.refreshToken !== undefined;
}

/** Whether a new access token can be had without the user. */
export function isRefreshable(session: Session): boolean {
  return isRenewable(session) && session.refreshRejectedAt === undefined;
}
