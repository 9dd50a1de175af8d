import { type AuthorizedFetchPorts, bearer, sessionFor } from '../connection/authorizedFetch.ts';
import type { RequestCredential } from './requestCredential.ts';

/**
 * Spares the first try all that is there for a refusal: its token is looked up, and nothing else is made for it. Nearly
 * every request ends with its first try. Where the server refuses that one, or the token is bound to a key, everything
 * is decided by another credential, as if it had sent the try itself.
 *
 * @param createThorough gives that other credential, of the same session
 */
export function bearerFirst(
  createThorough: () => RequestCredential,
  serverUrl: URL,
  ports: Pick<AuthorizedFetchPorts, 'accountId' | 'refresher'>,
): RequestCredential {
  let sent: string | undefined;
  let thorough: RequestCredential | undefined;
  return {
    async headers(request) {
      if (thorough) {
        return await thorough.headers(request);
      }
      const session = await sessionFor(request.url, serverUrl, ports);
      if (session.dpop) {
        thorough = createThorough();
        return await thorough.headers(request);
      }
      sent = bearer(session);
      return { authorization: sent };
    },
    async renew(answer) {
      if (thorough) {
        return await thorough.renew(answer);
      }
      if (answer.status !== 401 && answer.status !== 403) {
        return false;
      }
      thorough = createThorough();
      const { authorization } = await thorough.headers(answer);
      // If it is another one by now, what was refused says nothing of it: somebody has refreshed or signed in meanwhile.
      return authorization !== sent || (await thorough.renew(answer));
    },
  };
}
