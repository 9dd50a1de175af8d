/**
 * Mutual exclusion between all windows of this machine, as a port. Whatever replaces or ends a session runs under
 * the session's key, so that no two of them use the same refresh token, or overwrite each other.
 */
export interface SessionLocks {
  /**
   * Runs `work` while nobody else runs anything under the same key, in this window or another one. Where locking
   * is impossible (a read-only disk) or takes too long, `work` runs all the same: a lock must not cost a session.
   *
   * @param key anything; it is hashed before it becomes a name
   * @param signal gives up waiting for the turn; `work` itself is not cancelled by it
   * @throws AuthError the signal's reason, or what `work` throws
   */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}
