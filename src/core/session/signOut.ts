import { AuthError } from '../errors.ts';
import type { NetworkPorts } from '../oauth/oauthFetch.ts';
import { sessionLockKey } from './account.ts';
import { type RevocationOutcome, revokeSession } from './revokeSession.ts';
import { refOf } from './session.ts';
import type { SessionLocks } from './sessionLocks.ts';
import type { SessionStore } from './sessionStore.ts';

/** What signing out touches. */
export interface SignOutPorts extends NetworkPorts {
  readonly sessions: SessionStore;
  readonly locks: SessionLocks;
}

/** Which session to end. */
export interface SignOutTarget {
  readonly serverUrl: string;
  /** By default the account that this workspace uses. */
  readonly accountId?: string | undefined;
}

/**
 * Ends a session (B10): revokes its tokens where the server offers that, then forgets it. The session is
 * forgotten also when revoking fails, because the user said so. A refresh that runs in any window of this machine
 * is waited for, so that it is the newest tokens that are revoked.
 *
 * @throws AuthError `not_authenticated`, `storage`, or `cancelled` while waiting or revoking: then nothing is
 * forgotten
 */
export async function signOut(
  { serverUrl, accountId }: SignOutTarget,
  ports: SignOutPorts,
  signal: AbortSignal,
): Promise<RevocationOutcome> {
  const { sessions, locks, log } = ports;
  const chosen = sessions.get(serverUrl, accountId);
  if (!chosen) {
    throw notSignedIn();
  }
  const ref = refOf(chosen);
  const end = async () => {
    const session = await sessions.reread(ref).catch(() => sessions.get(serverUrl, ref.accountId));
    if (!session) {
      throw notSignedIn();
    }
    const outcome = await revokeSession(session, ports, signal);
    await sessions.delete(ref);
    log.info('Signed out', { issuer: new URL(session.authorizationServer.issuer), outcome });
    return outcome;
  };
  return await locks.run(sessionLockKey(ref), end, signal);
}

function notSignedIn(): AuthError {
  return new AuthError('not_authenticated', 'There is no session to sign out of.');
}
