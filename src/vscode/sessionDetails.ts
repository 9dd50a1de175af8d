import { durationText } from '../core/durationText.ts';
import type { ClientOrigin } from '../core/oauth/clientRegistration.ts';
import type { RepeatableGrant } from '../core/oauth/grant.ts';
import type { SessionSummary } from '../core/session/sessionSummary.ts';

/** One fact about a session. */
export interface SessionDetail {
  readonly label: string;
  readonly value: string;
}

const origins: Readonly<Record<ClientOrigin, string>> = {
  dynamic: 'registered by itself',
  metadataDocument: 'metadata document',
  preRegistered: 'your own',
  workload: 'workload identity',
};

const grants: Readonly<Record<RepeatableGrant, string>> = {
  clientCredentials: 'client credentials',
  enterprise: 'enterprise-managed authorization',
  workload: 'workload identity',
};

/** The rows below an authenticated server or account (A4). `now` in milliseconds since the epoch. */
export function sessionDetails(session: SessionSummary, now: number): readonly SessionDetail[] {
  // Where no page asked who somebody is, nobody has an account.
  const account =
    session.accountName ?? (session.grant === undefined ? 'the server does not say' : undefined);
  return [
    ...(account === undefined ? [] : [{ label: 'Account', value: account }]),
    { label: 'Issuer', value: session.issuer },
    { label: 'Scopes', value: session.scopes.length > 0 ? session.scopes.join(' ') : 'none requested' },
    { label: 'Expires', value: expiryText(session.expiresAt, now) },
    { label: 'Refreshes itself', value: session.refreshable ? 'yes' : 'no' },
    ...(session.grant === undefined ? [] : [{ label: 'Grant', value: grants[session.grant] }]),
    ...(session.isBound ? [{ label: 'Token', value: 'DPoP-bound' }] : []),
    { label: 'Client', value: `${origins[session.clientOrigin]} · ${session.clientId}` },
    { label: 'Signed in', value: new Date(session.createdAt).toLocaleString() },
  ];
}

function expiryText(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) {
    return 'the server does not say';
  }
  const time = new Date(expiresAt).toLocaleTimeString();
  return expiresAt > now ? `in ${durationText(expiresAt - now)}, at ${time}` : `at ${time}`;
}
