import { AuthError } from '../errors.ts';
import { type Fetch, networkError } from '../oauth/oauthFetch.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import { assertAccepted } from './assertAccepted.ts';
import { joinHeaders } from './joinHeaders.ts';

const refused = {
  subject: 'this credential',
  rejection: 'the credential that was sent to it.',
};

/**
 * A `fetch` that sends fixed headers to one server's origin and nowhere else: redirects are not followed. They win
 * over headers of the same name in a request; their values are secrets, and are in no error.
 *
 * @returns the response, its body unread, unless the server refuses the credential
 * @throws AuthError `token_rejected`, `insufficient_scope`, `insecure_url`, `invalid_definition` (a header that HTTP
 * does not allow), `network`; what aborted the signal of a request
 * @see RFC 6750, section 3.1
 */
export function createHeaderFetch(
  serverUrl: URL,
  headers: Readonly<Record<string, string>>,
  fetch: Fetch,
): Fetch {
  return async (url, init = {}) => {
    const target = new URL(url);
    if (target.origin !== serverUrl.origin) {
      throw new AuthError('insecure_url', `A credential of ${serverUrl.host} is not sent to ${target.host}.`);
    }
    assertSecureUrl(target, `The server ${target.origin}`);
    const joined = joinHeaders(target, init.headers, headers);
    return await assertAccepted(await send(target, { ...init, headers: joined }, fetch), target, refused);
  };
}

async function send(url: URL, init: RequestInit, fetch: Fetch): Promise<Response> {
  try {
    return await fetch(url.href, { ...init, redirect: 'manual' });
  } catch (error) {
    throw error instanceof AuthError || init.signal?.aborted ? error : networkError(url, error);
  }
}
