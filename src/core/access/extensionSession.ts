import type { ServerSnapshot } from '../serverSnapshot.ts';

/** What another extension may know of a session without the person being asked. */
export interface ExtensionSession {
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly isExpired: boolean;
  /** Personal: only for whom the person has always allowed the use, who could ask the server as well. */
  readonly accountName?: string | undefined;
}

/** The session of the account that this workspace uses at a server. Pure. */
export function extensionSession(
  { session, accounts }: ServerSnapshot,
  isAlwaysAllowed: boolean,
): ExtensionSession | undefined {
  if (session === undefined) {
    return undefined;
  }
  const { issuer, scopes, expiresAt, accountName } = session;
  return {
    issuer,
    scopes,
    expiresAt,
    isExpired: accounts.find(({ isUsed }) => isUsed)?.state.kind === 'expired',
    ...(isAlwaysAllowed && accountName !== undefined ? { accountName } : {}),
  };
}
