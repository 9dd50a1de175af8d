import { cleanAccountName } from '../session/accountName.ts';

/** Who signed in, as their authorization server tells. All of it is attacker-controlled, and personal. */
export interface Person {
  /** `sub`: unique and never reassigned, within the issuer. */
  readonly subject: string;
  /** What they are called, made harmless. */
  readonly name?: string | undefined;
}

/** The claims that say who somebody is, of whatever type a server gives them. */
export interface PersonClaims {
  readonly sub: string;
  readonly preferred_username?: unknown;
  readonly email?: unknown;
  readonly name?: unknown;
}

/**
 * Reads validated claims: a user name before an email address before a full name, since accounts of one person differ
 * by the former.
 *
 * @see OpenID Connect Core 1.0, sections 2 and 5.1
 */
export function toPerson({ sub, preferred_username, email, name }: PersonClaims): Person {
  return {
    subject: sub,
    name: cleanAccountName(preferred_username) ?? cleanAccountName(email) ?? cleanAccountName(name),
  };
}
