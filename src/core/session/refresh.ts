import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import { createDpopProofs } from '../oauth/dpopProofs.ts';
import { createOAuthFetch, type NetworkPorts } from '../oauth/oauthFetch.ts';
import { refreshTokens } from '../oauth/token.ts';
import { toTokenSet } from '../oauth/tokenSet.ts';
import type { RegistrationStore } from './registrationStore.ts';
import type { Session } from './session.ts';
import type { SessionStore } from './sessionStore.ts';

/** A token that is good for less than this, in milliseconds, is refreshed before it is used. */
const longestMargin = 60_000;

/** A token that lives for minutes only would else be refreshed with every use. */
function refreshMargin({ tokens }: Session): number {
  const lifetime = (tokens.expiresAt ?? Number.POSITIVE_INFINITY) - tokens.receivedAt;
  return Math.min(longestMargin, lifetime / 10);
}

/** Whether the access token can still be used, at a time in milliseconds, with `remaining` ms to spare. */
export function isFresh({ tokens }: Session, now: number, remaining = 0): boolean {
  return tokens.expiresAt === undefined || tokens.expiresAt - remaining > now;
}

/** Whether a new access token can be had without the user. */
export function isRefreshable(session: Session): boolean {
  return session.tokens.refreshToken !== undefined && session.refreshRejectedAt === undefined;
}

/** What refreshing needs. */
export interface RefreshPorts extends NetworkPorts {
  readonly sessions: SessionStore;
  /** Where a client is forgotten that its server has forgotten, so that the next sign-in does not bring it up. */
  readonly registrations?: RegistrationStore | undefined;
}

/** Refreshes sessions on use: one refresh per server at a time, however many ask. */
export class SessionRefresher {
  readonly #ports: RefreshPorts;
  readonly #running = new Map<string, Promise<Session>>();
  readonly #changed = new Emitter<void>();

  /** Fires when a refresh starts or ends. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: RefreshPorts) {
    this.#ports = ports;
  }

  isRefreshing(serverUrl: string): boolean {
    return this.#running.has(serverUrl);
  }

  /**
   * The session of a server with an access token that is good to use now, refreshed if need be. A session
   * that cannot be refreshed but has not expired is given as it is.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, or why the refresh failed
   */
  async fresh(serverUrl: string): Promise<Session> {
    const session = this.#ports.sessions.get(serverUrl);
    if (!session) {
      throw new AuthError('not_authenticated', 'You are not authenticated at this server yet.');
    }
    await this.#ports.sessions.saveUnsaved(serverUrl);
    if (this.#isUsable(session)) {
      return session;
    }
    if (!isRefreshable(session)) {
      throw new AuthError('session_expired', 'The session has expired. Authenticate again.');
    }
    try {
      return await this.refresh(serverUrl);
    } catch (error) {
      // A token in its last minute still serves while its server cannot give another.
      const latest = this.#ports.sessions.get(serverUrl);
      if (latest && isFresh(latest, this.#ports.clock.now()) && !isSessionExpired(error)) {
        this.#ports.log.warn('The session could not be refreshed ahead of its expiry', { reason: error });
        return latest;
      }
      throw error;
    }
  }

  /**
   * A session with another access token than one that its server has just rejected.
   *
   * @throws AuthError as {@link refresh} does
   */
  async renew(serverUrl: string, rejectedAccessToken: string): Promise<Session> {
    const session = this.#ports.sessions.get(serverUrl);
    // Somebody else's refresh may have come between the request and its 401.
    return session && session.tokens.accessToken !== rejectedAccessToken
      ? session
      : await this.refresh(serverUrl);
  }

  /**
   * Refreshes now, joining a refresh that is under way. Not cancellable: a refresh token that was sent may be
   * spent, so its answer has to be received and kept.
   *
   * @throws AuthError `not_authenticated`, `session_expired`, `client_rejected`, `server_error`, `network`…
   */
  refresh(serverUrl: string): Promise<Session> {
    const running = this.#running.get(serverUrl);
    if (running !== undefined) {
      return running;
    }
    const started = this.#refresh(serverUrl).finally(() => {
      this.#running.delete(serverUrl);
      this.#changed.fire();
    });
    this.#running.set(serverUrl, started);
    this.#changed.fire();
    return started;
  }

  #isUsable(session: Session): boolean {
    return isFresh(session, this.#ports.clock.now(), isRefreshable(session) ? refreshMargin(session) : 0);
  }

  async #refresh(serverUrl: string): Promise<Session> {
    const { sessions, log } = this.#ports;
    const session = sessions.get(serverUrl);
    const refreshToken = session?.tokens.refreshToken;
    if (!session || refreshToken === undefined) {
      throw new AuthError(
        'not_authenticated',
        'There is no session that could be refreshed. Authenticate first.',
      );
    }
    let refreshed: Session;
    try {
      refreshed = await this.#request(session, refreshToken);
    } catch (error) {
      const reason = (await this.#registrationHasGone(error, session)) ? registrationGone(error) : error;
      const newer = isSessionExpired(reason) ? await this.#markExpired(session) : undefined;
      if (newer) {
        return newer;
      }
      throw reason;
    }
    const latest = sessions.get(serverUrl);
    if (!latest) {
      throw new AuthError('not_authenticated', 'You signed out while the session was being refreshed.');
    }
    if (isReplaced(session, latest)) {
      return latest;
    }
    try {
      await sessions.put(refreshed);
    } catch (error) {
      // The new tokens are held in memory and written with the next use: better than to lose them.
      log.error('A refreshed session could not be saved', { reason: error });
    }
    log.info('Session refreshed', { issuer: new URL(session.authorizationServer.issuer) });
    return refreshed;
  }

  async #request(session: Session, refreshToken: string): Promise<Session> {
    const { clock } = this.#ports;
    const requestedAt = clock.now();
    const { authorizationServer: server, client, resource, dpop } = session;
    const proofs = dpop && (await createDpopProofs(dpop));
    const fetch = createOAuthFetch(this.#ports, new AbortController().signal);
    const response = await refreshTokens({ server, client, proofs }, { refreshToken, resource }, fetch);
    return {
      ...session,
      tokens: toTokenSet(response, requestedAt, session.tokens),
      refreshRejectedAt: undefined,
    };
  }

  /**
   * Whether the server has forgotten the dynamic registration that the tokens belong to, which are lost with
   * it; it is then forgotten here too. Other clients can be mended, and keep their tokens.
   */
  async #registrationHasGone(error: unknown, { authorizationServer, client }: Session): Promise<boolean> {
    const isRejected = error instanceof AuthError && error.code === 'client_rejected';
    if (!isRejected || client.origin !== 'dynamic') {
      return false;
    }
    const { registrations, log } = this.#ports;
    try {
      await registrations?.drop(authorizationServer.issuer, client.clientId);
    } catch (reason) {
      log.warn('The rejection of a client could not be saved', { reason });
    }
    log.info('The server has forgotten this editor, which will introduce itself anew');
    return true;
  }

  /**
   * Marks a session whose refresh token was rejected. Only the newest token's rejection counts: another
   * sign-in or window may have been faster.
   *
   * @returns the session that has taken its place meanwhile; then nothing is marked
   */
  async #markExpired(rejected: Session): Promise<Session | undefined> {
    const { sessions, clock, log } = this.#ports;
    // What another window has stored may not have been announced here yet.
    await sessions.reload();
    const latest = sessions.get(rejected.serverUrl);
    if (!latest || isReplaced(rejected, latest)) {
      return latest;
    }
    try {
      await sessions.put({ ...rejected, refreshRejectedAt: clock.now() });
    } catch (error) {
      log.error('An expired session could not be marked as such', { reason: error });
    }
    return undefined;
  }
}

/** Whether a sign-in or another refresh has put other tokens in the place of the session's. */
function isReplaced({ tokens }: Session, { tokens: latest }: Session): boolean {
  return latest.refreshToken !== tokens.refreshToken || latest.accessToken !== tokens.accessToken;
}

function registrationGone(cause: unknown): AuthError {
  return new AuthError(
    'session_expired',
    'The authorization server has forgotten this editor, and the session with it. Authenticate again.',
    { cause },
  );
}

function isSessionExpired(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'session_expired';
}
