import { AuthError, InsufficientScopeError } from '../errors.ts';
import { parseChallenge } from '../oauth/challenge.ts';
import { type Fetch, networkError } from '../oauth/oauthFetch.ts';
import { quote } from '../quote.ts';
import { assertSecureUrl, canonicalServerUrl } from '../serverUrl.ts';
import type { SessionRefresher } from '../session/refresh.ts';
import { isRefreshable } from '../session/refresh.ts';
import type { ScopeDemands } from '../session/scopeDemands.ts';
import type { Session } from '../session/session.ts';

/** What sending with a credential needs. */
export interface AuthorizedFetchPorts {
  readonly fetch: Fetch;
  readonly refresher: SessionRefresher;
  /** Told where a server wants more scopes than the session has. */
  readonly demands?: ScopeDemands | undefined;
}

/**
 * A `fetch` that carries the session's access token to its own server and nowhere else: redirects are not
 * followed. A 401 refreshes once and sends again, so the body has to be a string.
 *
 * @returns the response, its body unread, unless the server refuses the credential
 * @throws AuthError `not_authenticated`, `session_expired`, `token_rejected`, `insufficient_scope`,
 * `insecure_url`, `network`…
 * @see RFC 6750, sections 2.1 and 3.1
 */
export function createAuthorizedFetch(serverUrl: URL, ports: AuthorizedFetchPorts): Fetch {
  const { fetch, refresher } = ports;
  return async (url, init) => {
    const target = new URL(url);
    if (target.origin !== serverUrl.origin) {
      throw new AuthError('insecure_url', `A credential of ${serverUrl.host} is not sent to ${target.host}.`);
    }
    assertSecureUrl(target, `The server ${target.origin}`);
    const key = canonicalServerUrl(serverUrl);
    const session = await refresher.fresh(key);
    const response = await sendOnce(fetch, target, init, session);
    if (response.status !== 401 || !isRefreshable(session)) {
      return await accepted(response, target, session);
    }
    await response.body?.cancel();
    const renewed = await refresher.renew(key, session.tokens.accessToken);
    return await accepted(await sendOnce(fetch, target, init, renewed), target, renewed);
  };

  async function accepted(response: Response, target: URL, session: Session): Promise<Response> {
    try {
      return await assertAccepted(response, target);
    } catch (error) {
      if (error instanceof InsufficientScopeError) {
        ports.demands?.note(session, error.scope);
      }
      throw error;
    }
  }
}

async function sendOnce(
  fetch: Fetch,
  url: URL,
  init: RequestInit | undefined,
  session: Session,
): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${session.tokens.accessToken}`);
  try {
    return await fetch(url.href, { ...init, headers, redirect: 'manual' });
  } catch (error) {
    throw error instanceof AuthError || init?.signal?.aborted ? error : networkError(url, error);
  }
}

async function assertAccepted(response: Response, { host }: URL): Promise<Response> {
  const challenge =
    response.status === 401 || response.status === 403 ? await parseChallenge(response) : undefined;
  if (response.status === 403 && challenge?.error === 'insufficient_scope') {
    const scopes = challenge.scope === undefined ? '' : ` (${quote(challenge.scope)})`;
    throw new InsufficientScopeError(
      `${host} wants more permissions than this session has${scopes}.`,
      challenge.scope,
    );
  }
  if (response.status === 401) {
    throw new AuthError(
      'token_rejected',
      `${host} does not accept the credential of this session. Authenticate again.`,
    );
  }
  return response;
}
