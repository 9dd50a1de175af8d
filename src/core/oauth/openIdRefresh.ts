import * as oauth from 'oauth4webapi';
import { AuthError, isCancelled } from '../errors.ts';
import type { StoredIdentity } from '../session/identityStore.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import { toIdentity } from './openIdSignIn.ts';

/**
 * Asks an identity provider for another ID token of the same person.
 *
 * @returns the {@link AuthError} that says why not, where signing in again can help: `invalid_response` where the
 * answer is none that says anything about the sign-in, which may be as good as before
 * @throws AuthError what signing in again could not help: `network`, `timeout`, `server_error`, `cancelled`
 * @see OpenID Connect Core 1.0, section 12
 */
export async function refreshIdentity(
  { authority, subject, refreshToken }: StoredIdentity,
  fetch: Fetch,
): Promise<AuthError | StoredIdentity> {
  const { server, client } = authority;
  const who = `The identity provider ${new URL(server.issuer).host}`;
  if (refreshToken === undefined) {
    return new AuthError('session_expired', `${who} gave no refresh token.`);
  }
  try {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      refreshToken,
      requestOptions(fetch),
    );
    const tokens = await oauth.processRefreshTokenResponse(server, toOAuthClient(client), response);
    if (tokens.id_token === undefined) {
      return new AuthError('session_expired', `${who} gave no other ID token.`);
    }
    const identity = toIdentity(authority, tokens);
    return identity.subject === subject
      ? { ...identity, refreshToken: identity.refreshToken ?? refreshToken }
      : new AuthError('session_expired', `${who} answered for another person.`);
  } catch (error) {
    if (error instanceof oauth.OperationProcessingError && !isNoTokenResponse(error)) {
      return new AuthError('session_expired', `${who} gave an ID token that cannot be used.`, {
        cause: error,
      });
    }
    const reason = toAuthError(error, who);
    if (isCancelled(reason) || ['network', 'timeout', 'server_error'].includes(reason.code)) {
      throw reason;
    }
    return reason;
  }
}

function isNoTokenResponse({ code }: oauth.OperationProcessingError): boolean {
  return (
    code === oauth.PARSE_ERROR ||
    code === oauth.RESPONSE_IS_NOT_JSON ||
    code === oauth.RESPONSE_IS_NOT_CONFORM ||
    code === oauth.INVALID_RESPONSE
  );
}
