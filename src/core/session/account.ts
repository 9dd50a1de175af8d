import * as v from 'valibot';

/** Who a session is for at its server: one person may have several accounts there (B13). */
export interface Account {
  /** Unique among the accounts of one server. Says nothing about the person. */
  readonly id: string;
  /** Milliseconds since the epoch of the first sign-in with it: the order in which accounts are shown. */
  readonly addedAt: number;
  /** What the server or the person calls it. Attacker-controlled, where it is the server. */
  readonly name?: string | undefined;
  /**
   * `sub` of the ID token or of userinfo, where the authorization server says it: another one of the same issuer is
   * somebody else.
   */
  readonly subject?: string | undefined;
}

/** Which session: a server's canonical URL, and an account there. */
export interface SessionRef {
  readonly serverUrl: string;
  readonly accountId: string;
}

/** Whose session a sign-in is meant to end with: an account that is there, or a further one. */
export type AccountWish = { readonly kind: 'existing'; readonly id: string } | { readonly kind: 'another' };

/** A wish as it is stored. */
export const accountWishSchema = v.variant('kind', [
  v.object({ kind: v.literal('existing'), id: v.string() }),
  v.object({ kind: v.literal('another') }),
]);

/** The account of whoever has only one. */
export const firstAccountId = 'default';

/** An account as it is stored. */
export const accountSchema = v.object({
  id: v.string(),
  addedAt: v.pipe(v.number(), v.finite()),
  name: v.optional(v.string()),
  subject: v.optional(v.string()),
});

/** The account of a first sign-in, at a time in milliseconds. */
export function firstAccount(now: number): Account {
  return { id: firstAccountId, addedAt: now };
}

/** Orders accounts as they were added. */
export function byAge(one: Account, other: Account): number {
  return one.addedAt - other.addedAt || (one.id < other.id ? -1 : 1);
}

/** What everything that replaces or ends a session takes turns by (see `SessionLocks`). */
export function sessionLockKey({ serverUrl, accountId }: SessionRef): string {
  return JSON.stringify(['session', serverUrl, accountId]);
}
