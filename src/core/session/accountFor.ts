import { type Account, type AccountWish, firstAccountId } from './account.ts';
import type { Session } from './session.ts';

/**
 * What a sign-in has come to:
 * - `first`: nobody was signed in at the server
 * - `renewed`: the account that was meant
 * - `added`: a further account
 * - `alreadyThere`: a further one was meant, and somebody signed in who has one
 * - `somebodyElse`: another person signed in than the account that was meant belongs to
 */
export type AccountOutcome = 'first' | 'renewed' | 'added' | 'alreadyThere' | 'somebodyElse';

/** A sign-in, and what it meets. */
export interface SignInToPlace {
  /** As `newSession` made it: its account says who signed in, as far as that is known, and when. */
  readonly signIn: Session;
  readonly wish: AccountWish | undefined;
  /** All sessions at the server as they were before, the oldest account first. */
  readonly existing: readonly Session[];
  /** For an account that was not there before. */
  readonly newId: string;
}

/** Where a sign-in's session goes. */
export interface Place {
  readonly account: Account;
  readonly outcome: AccountOutcome;
}

/**
 * The account that a sign-in's session is for: pure. Nobody's session is replaced by that of somebody who is known to
 * be another person; where that is not known, the account is the one that was meant. Persons are told apart by
 * issuer and subject, never by subject alone.
 */
export function accountFor({ signIn, wish, existing, newId }: SignInToPlace): Place {
  const known = existing.find((one) => isSamePerson(one, signIn) === true);
  const meant = meantBy(wish, existing);
  if (known) {
    const otherwise = wish?.kind === 'another' ? 'alreadyThere' : 'somebodyElse';
    return { account: renewed(known, signIn), outcome: known === meant ? 'renewed' : otherwise };
  }
  if (meant && isSamePerson(meant, signIn) !== false) {
    return { account: renewed(meant, signIn), outcome: 'renewed' };
  }
  if (existing.length === 0) {
    return { account: { ...signIn.account, id: firstAccountId }, outcome: 'first' };
  }
  // Behind those that are there, also where the clock was put back: the first account stays the first.
  const addedAt = Math.max(signIn.account.addedAt, ...existing.map(({ account }) => account.addedAt + 1));
  const account = { ...signIn.account, id: newId, addedAt };
  return { account, outcome: meant ? 'somebodyElse' : 'added' };
}

/** `undefined` where a further account is meant, or one that is gone. */
function meantBy(wish: AccountWish | undefined, existing: readonly Session[]): Session | undefined {
  switch (wish?.kind) {
    case 'another':
      return undefined;
    case 'existing':
      return existing.find(({ account }) => account.id === wish.id);
    case undefined:
      return existing[0];
  }
}

/** @returns `undefined` where nobody knows */
function isSamePerson(one: Session, other: Session): boolean | undefined {
  const [a, b] = [one.account.subject, other.account.subject];
  return a === undefined || b === undefined || !isSameIssuer(one, other) ? undefined : a === b;
}

function isSameIssuer(one: Session, other: Session): boolean {
  return one.authorizationServer.issuer === other.authorizationServer.issuer;
}

function renewed(before: Session, signIn: Session): Account {
  const { id, addedAt, name, subject } = before.account;
  return {
    id,
    addedAt,
    // What the person has called it stays.
    name: name ?? signIn.account.name,
    // A subject means something to its issuer only.
    subject: signIn.account.subject ?? (isSameIssuer(before, signIn) ? subject : undefined),
  };
}
