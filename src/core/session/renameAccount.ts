import { AuthError } from '../errors.ts';
import { type SessionRef, sessionLockKey } from './account.ts';
import { cleanAccountName } from './accountName.ts';
import type { SessionLocks } from './sessionLocks.ts';
import type { SessionStore } from './sessionStore.ts';

/** What renaming touches. */
export interface RenamePorts {
  readonly sessions: SessionStore;
  readonly locks: SessionLocks;
}

/**
 * Calls an account something else, in turn with whatever else replaces its session. A name of which nothing is left
 * changes nothing.
 *
 * @throws AuthError `not_authenticated`, `storage`
 */
export async function renameAccount(
  ref: SessionRef,
  name: string,
  { sessions, locks }: RenamePorts,
): Promise<void> {
  await locks.run(sessionLockKey(ref), async () => {
    const session = await sessions.reread(ref);
    if (!session) {
      throw new AuthError('not_authenticated', 'You are not signed in with this account any more.');
    }
    const { account } = session;
    await sessions.put({ ...session, account: { ...account, name: cleanAccountName(name) ?? account.name } });
  });
}
