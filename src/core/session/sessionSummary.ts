import type { ClientOrigin } from '../oauth/clientRegistration.ts';
import type { RepeatableGrant } from '../oauth/grant.ts';
import { quoteUnlessPlain } from '../quote.ts';
import { shownAccountName } from './accountName.ts';
import { isRefreshable } from './freshness.ts';
import { grantedScope, type Session } from './session.ts';

/** What may be shown of a session: everything but its secrets. Strings stem from servers. */
export interface SessionSummary {
  /** What the account is called, where somebody said so; as it is shown. */
  readonly accountName?: string | undefined;
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly refreshable: boolean;
  /** Whether the tokens are of no use without a key (DPoP). */
  readonly isBound: boolean;
  readonly clientId: string;
  readonly clientOrigin: ClientOrigin;
  /** How the tokens are obtained, where that is not by a sign-in in the browser. */
  readonly grant?: RepeatableGrant | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** @see SessionSummary */
export function summarizeSession(session: Session): SessionSummary {
  const { name } = session.account;
  return {
    ...(name === undefined ? {} : { accountName: shownAccountName(name) }),
    issuer: session.authorizationServer.issuer,
    scopes:
      grantedScope(session)
        ?.split(' ')
        .filter((scope) => scope !== '')
        .map(quoteUnlessPlain) ?? [],
    expiresAt: session.tokens.expiresAt,
    refreshable: isRefreshable(session),
    isBound: session.dpop !== undefined,
    clientId: quoteUnlessPlain(session.client.clientId),
    clientOrigin: session.client.origin,
    ...(session.grant === undefined ? {} : { grant: session.grant }),
    createdAt: session.createdAt,
  };
}
