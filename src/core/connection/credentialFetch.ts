import { AuthError } from '../errors.ts';
import { type Fetch, networkError } from '../oauth/oauthFetch.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import type { AppliedCredential } from './appliedCredential.ts';
import { type AuthorizedFetchPorts, createAuthorizedFetch } from './authorizedFetch.ts';
import { joinHeaders } from './joinHeaders.ts';

/**
 * A `fetch` that carries whatever credential applies to its own server and nowhere else: redirects are not followed,
 * and nothing secret is sent in the clear. That of a session answers as {@link createAuthorizedFetch} does.
 *
 * @throws AuthError `insecure_url`, `invalid_definition` (a header that HTTP does not allow), `network`…
 */
export function createCredentialFetch(
  serverUrl: URL,
  credential: AppliedCredential,
  ports: AuthorizedFetchPorts,
): Fetch {
  const { headers = {} } = credential;
  if (credential.kind === 'session') {
    const send = createAuthorizedFetch(serverUrl, { ...ports, accountId: credential.accountId });
    return Object.keys(headers).length === 0
      ? send
      : async (url, init) => await send(url, { ...init, headers: merged(serverUrl, headers, init) });
  }
  return async (url, init) => {
    const target = new URL(url);
    if (target.origin !== serverUrl.origin) {
      throw new AuthError('insecure_url', `A credential of ${serverUrl.host} is not sent to ${target.host}.`);
    }
    if (Object.keys(headers).length > 0) {
      assertSecureUrl(target, `The server ${target.origin}`);
    }
    const joined = merged(target, headers, init);
    try {
      return await ports.fetch(url, { ...init, headers: joined, redirect: 'manual' });
    } catch (error) {
      throw error instanceof AuthError || init?.signal?.aborted ? error : networkError(target, error);
    }
  };
}

/** What the protocol needs is not for a definition to change. */
function merged(
  url: URL,
  configured: Readonly<Record<string, string>>,
  init: RequestInit | undefined,
): Headers {
  const headers = joinHeaders(url, {}, configured);
  for (const [name, value] of new Headers(init?.headers)) {
    headers.set(name, value);
  }
  return headers;
}
