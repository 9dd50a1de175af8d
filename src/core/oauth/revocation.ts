import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import type { Authority } from './token.ts';

/**
 * Revokes a token set where the server offers that: the refresh token first, which ends the whole grant at
 * most servers, then the access token.
 *
 * @returns whether a token was revoked: some servers do not offer that, some not for every kind of token
 * @throws AuthError when a request fails; the other token was tried as well, unless the server does not answer at all
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
  let isRevoked = false;
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
      isRevoked = true;
    } catch (error) {
      failure ??= isUnsupported(error) ? undefined : error;
      if (error instanceof AuthError && error.code === 'timeout') {
        break;
      }
    }
  }
  if (failure !== undefined) {
    throw toAuthError(failure, `The authorization server ${new URL(server.issuer).host}`);
  }
  return isRevoked;
}

/** RFC 7009, section 2.2.1: tokens of this kind are not revoked here. */
function isUnsupported(error: unknown): boolean {
  return error instanceof oauth.ResponseBodyError && error.error === 'unsupported_token_type';
}
