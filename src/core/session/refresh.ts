import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import { type SessionRef, sessionLockKey } from './account.ts';
import { isFresh, isRefreshable, refreshMargin } from './freshness.ts';
import { isSessionExpired, type RefreshPorts, runRefresh } from './refreshRun.ts';
import { isReplaced, refOf, type Session } from './session.ts';

interface RunningRefresh {
  /** The session whose tokens it replaces. */
  readonly from: Session;
  readonly result: Promise<Session>;
}

/** Refreshes sessions on use: one refresh per session at a time, however many ask, in however many windows. */
export class SessionRefresher {
  readonly #ports: RefreshPorts;
  /** By {@link sessionLockKey}. */
  readonly #running = new Map<string, RunningRefresh>();
  readonly #changed = new Emitter<void>();

  /** Fires when a refresh starts or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: RefreshPorts) {
    this.#ports = ports;
  }

  /** Whether a refresh runs in this window: of an account at a server, else of the one that this workspace uses. */
  isRefreshing(serverUrl: string, accountId?: string): boolean {
    if (this.#running.size === 0) {
      return false;
    }
    const session = this.#ports.sessions.get(serverUrl, accountId);
    return session !== undefined && this.#running.has(sessionLockKey(refOf(session)));
  }

  /** What {@link fresh} answers, where that is there at once. */
  ready(serverUrl: string, accountId?: string): Session | undefined {
    const { sessions } = this.#ports;
    const session = sessions.get(serverUrl, accountId);
    return session && !sessions.isUnsaved(session) && this.#isUsable(session) ? session : undefined;
  }

  /**
   * The session of a server with an access token that is good to use now, refreshed if need be. A session
   * that cannot be refreshed but has not expired is given as it is.
   *
   * @param accountId by default the account that this workspace uses
   * @throws AuthError `not_authenticated`, `session_expired`, or why the refresh failed
   */
  async fresh(serverUrl: string, accountId?: string): Promise<Session> {
    const { sessions, clock, log } = this.#ports;
    const session = await this.#saved(serverUrl, accountId);
    if (!session) {
      throw new AuthError('not_authenticated', 'You are not authenticated at this server yet.');
    }
    if (this.#isUsable(session)) {
      return session;
    }
    if (!isRefreshable(session)) {
      throw new AuthError('session_expired', 'The session has expired. Authenticate again.');
    }
    try {
      return await this.#refresh(refOf(session), session);
    } catch (error) {
      // A token in its last minute still serves while its server cannot give another.
      const latest = sessions.get(serverUrl, session.account.id);
      if (latest && isFresh(latest, clock.now()) && !isSessionExpired(error)) {
        log.warn('The session could not be refreshed ahead of its expiry', { reason: error });
        return latest;
      }
      throw error;
    }
  }

  /**
   * A session with another access token than one that its server has just rejected.
   *
   * @param accountId by default the account that this workspace uses
   * @throws AuthError as {@link refresh} does
   */
  async renew(serverUrl: string, rejectedAccessToken: string, accountId?: string): Promise<Session> {
    const session = this.#ports.sessions.get(serverUrl, accountId);
    // Somebody else's refresh may have come between the request and its 401.
    return session && session.tokens.accessToken !== rejectedAccessToken
      ? session
      : await this.refresh(serverUrl, accountId);
  }

  /**
   * Refreshes now, joining a refresh that is under way. Not cancellable: a refresh token that was sent may be
   * spent, so its answer has to be received and kept.
   *
   * @param accountId by default the account that this workspace uses
   * @throws AuthError `not_authenticated`, `session_expired`, `client_rejected`, `server_error`, `network`…
   */
  async refresh(serverUrl: string, accountId?: string): Promise<Session> {
    const session = this.#ports.sessions.get(serverUrl, accountId);
    return session ? await this.#refresh(refOf(session), session) : await runRefresh(session, this.#ports);
  }

  /** Writes every session again whose writing has failed before. Never throws. */
  async saveUnsaved(): Promise<void> {
    await Promise.all(this.#ports.sessions.unsaved.map((ref) => this.#save(ref)));
  }

  /** In turn with other windows: none of them is to lose what it has got meanwhile. */
  async #save(ref: SessionRef): Promise<void> {
    const { sessions, locks } = this.#ports;
    await locks.run(sessionLockKey(ref), () => sessions.saveUnsaved(ref));
  }

  /** The session of a server, written in turn if writing it has failed before. */
  async #saved(serverUrl: string, accountId: string | undefined): Promise<Session | undefined> {
    const { sessions } = this.#ports;
    const session = sessions.get(serverUrl, accountId);
    if (!session || !sessions.isUnsaved(session)) {
      return session;
    }
    const ref = refOf(session);
    await this.#save(ref);
    return sessions.get(serverUrl, ref.accountId);
  }

  #isUsable(session: Session): boolean {
    return isFresh(session, this.#ports.clock.now(), isRefreshable(session) ? refreshMargin(session) : 0);
  }

  #refresh(ref: SessionRef, session: Session): Promise<Session> {
    const key = sessionLockKey(ref);
    const running = this.#running.get(key);
    // One that has brought the very tokens that are to be replaced is about to end.
    if (running && !isReplaced(running.from, session)) {
      return running.result;
    }
    const result = runRefresh(session, this.#ports).finally(() => {
      if (this.#running.get(key)?.result === result) {
        this.#running.delete(key);
      }
      this.#changed.fire();
    });
    this.#running.set(key, { from: session, result });
    this.#changed.fire();
    return result;
  }
}
