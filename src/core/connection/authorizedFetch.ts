import type { Awaitable } from '../awaitable.ts';
import { AuthError, InsufficientScopeError } from '../errors.ts';
import type { DpopProofs } from '../oauth/dpopProofs.ts';
import { type Fetch, networkError } from '../oauth/oauthFetch.ts';
import { type RememberedProofs, rememberProofs } from '../oauth/rememberedProofs.ts';
import { assertSecureUrl, canonicalServerUrl } from '../serverUrl.ts';
import { isRefreshable } from '../session/freshness.ts';
import type { SessionRefresher } from '../session/refresh.ts';
import type { ScopeDemands } from '../session/scopeDemands.ts';
import type { Session } from '../session/session.ts';
import { assertAccepted } from './assertAccepted.ts';

const refused = {
  subject: 'this session',
  rejection: 'the credential of this session. Authenticate again.',
};

/** What sending with a credential needs. */
export interface AuthorizedFetchPorts {
  readonly fetch: Fetch;
  readonly refresher: SessionRefresher;
  /** Whose session it is; by default that of the account which this workspace uses at the moment. */
  readonly accountId?: string | undefined;
  /** Told where a server wants more scopes than the session has. */
  readonly demands?: ScopeDemands | undefined;
  /** By default those of this `fetch` alone. */
  readonly proofs?: RememberedProofs | undefined;
}

/**
 * A `fetch` that carries the session's access token to its own server and nowhere else: redirects are not
 * followed. A bound token (DPoP) goes with a fresh proof. A 401 refreshes once and sends again, so the body has
 * to be a string.
 *
 * @returns the response, its body unread, unless the server refuses the credential
 * @throws AuthError `not_authenticated`, `session_expired`, `token_rejected`, `insufficient_scope`,
 * `insecure_url`, `network`…
 * @see RFC 6750, sections 2.1 and 3.1; RFC 9449, section 7
 */
export function createAuthorizedFetch(serverUrl: URL, ports: AuthorizedFetchPorts): Fetch {
  const { fetch, refresher, proofs: proofsFor = rememberProofs() } = ports;
  const sendWith = async (session: Session, target: URL, init: RequestInit = {}) =>
    await sendOnce(target, init, { session, fetch, proofs: await proofsFor(session.dpop) });
  return async (url, init) => {
    // Parsing a URL takes longer than the rest: nearly all requests go to the server's own address.
    const target = url === serverUrl.href ? serverUrl : new URL(url);
    assertSendable(target, serverUrl);
    const session = await currentSession(serverUrl, ports);
    const response = await sendWith(session, target, init);
    if (response.status !== 401 || !isRefreshable(session)) {
      return await accepted(response, target, session);
    }
    await response.body?.cancel();
    const key = canonicalServerUrl(serverUrl);
    const renewed = await refresher.renew(key, session.tokens.accessToken, session.account.id);
    return await accepted(await sendWith(renewed, target, init), target, renewed);
  };

  async function accepted(response: Response, target: URL, session: Session): Promise<Response> {
    try {
      return await assertAccepted(response, target, refused);
    } catch (error) {
      if (error instanceof InsufficientScopeError) {
        ports.demands?.note(session, error.scope);
      }
      throw error;
    }
  }
}

/** Lets a token be sent to its own server only, and not in the clear. @throws AuthError `insecure_url` */
export function assertSendable(target: URL, serverUrl: URL): void {
  if (target !== serverUrl && target.origin !== serverUrl.origin) {
    throw new AuthError('insecure_url', `A credential of ${serverUrl.host} is not sent to ${target.host}.`);
  }
  assertSecureUrl(target, `The server ${target.origin}`);
}

/**
 * The session whose token is sent, refreshed if need be.
 *
 * @throws AuthError as {@link SessionRefresher.fresh} does
 */
export function currentSession(
  serverUrl: URL,
  { refresher, accountId }: Pick<AuthorizedFetchPorts, 'accountId' | 'refresher'>,
): Awaitable<Session> {
  const key = canonicalServerUrl(serverUrl);
  return refresher.ready(key, accountId) ?? refresher.fresh(key, accountId);
}

interface Credential {
  readonly session: Session;
  /** Present where the access token is bound to a key. */
  readonly proofs: DpopProofs | undefined;
  readonly fetch: Fetch;
}

async function sendOnce(
  url: URL,
  init: RequestInit,
  { session, proofs, fetch }: Credential,
): Promise<Response> {
  const { accessToken } = session.tokens;
  try {
    if (proofs) {
      return await proofs.fetch(url, init, { accessToken, fetch });
    }
    const headers = new Headers(init.headers);
    headers.set('authorization', bearer(session));
    return await fetch(url.href, { ...init, headers, redirect: 'manual' });
  } catch (error) {
    throw error instanceof AuthError || init.signal?.aborted ? error : networkError(url, error);
  }
}

/** RFC 6750, section 2.1. */
export function bearer({ tokens }: Session): string {
  return `Bearer ${tokens.accessToken}`;
}
