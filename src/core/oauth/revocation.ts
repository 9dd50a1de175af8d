import * as oauth from 'oauth4webapi';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import type { Authority } from './token.ts';

/**
 * Revokes a token set where the server offers that: the refresh token first, which ends the whole grant at
 * most servers, then the access token.
 *
 * @returns whether the server offers revocation
 * @throws AuthError when a request fails; the other token was tried as well
 * @see RFC 7009, section 2
 */
export async function revokeTokens(
  { server, client }: Authority,
  tokens: { readonly accessToken?: string | undefined; readonly refreshToken?: string | undefined },
  fetch: Fetch,
): Promise<boolean> {
  if (server.revocation_endpoint === undefined) {
    return false;
  }
  const kinds = [
    ['refresh_token', tokens.refreshToken],
    ['access_token', tokens.accessToken],
  ] as const;
  let failure: unknown;
  for (const [hint, token] of kinds) {
    if (token === undefined) {
      continue;
    }
    try {
      const response = await oauth.revocationRequest(
        server,
        toOAuthClient(client),
        clientAuthentication(client),
        token,
        {
          ...requestOptions(fetch),
          additionalParameters: { token_type_hint: hint },
        },
      );
      await oauth.processRevocationResponse(response);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) {
    throw toAuthError(failure, `The authorization server ${new URL(server.issuer).host}`);
  }
  return true;
}
