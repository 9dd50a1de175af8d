import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import { quoted, toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';

/** A client at its authorization server. */
export interface Authority {
  readonly server: AuthorizationServer;
  readonly client: ClientRegistration;
}

/**
 * Judges an authorization response: `iss` and `state` first, then whether it is an error.
 *
 * @throws AuthError `access_denied`, `authorization_refused` or `issuer_mismatch`
 * @see RFC 6749, section 4.1.2; RFC 9207, section 2.4
 */
export function validateAuthorizationResponse(
  { server, client }: Authority,
  response: URLSearchParams,
  state: string,
): URLSearchParams {
  const { host } = new URL(server.issuer);
  try {
    return oauth.validateAuthResponse(server, toOAuthClient(client), response, state);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      throw error.error === 'access_denied'
        ? new AuthError('access_denied', `${host} refused the sign-in: access was denied.`, { cause: error })
        : new AuthError(
            'authorization_refused',
            `${host} refused the sign-in: ${quoted(error.error, error.error_description)}.`,
            { cause: error },
          );
    }
    // State was matched before; what is left is `iss`, whose response is then not to be believed at all.
    throw new AuthError(
      'issuer_mismatch',
      `The sign-in was answered by another server than ${host}, and was dropped.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Exchanges the code of a validated response for tokens.
 *
 * @throws AuthError `client_rejected`, `authorization_refused`, `server_error`, `network`…
 * @see RFC 6749, section 4.1.3
 */
export async function exchangeCode(
  { server, client }: Authority,
  validated: URLSearchParams,
  request: AuthorizationRequest & { readonly resource: string },
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  return processed(server, async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      validated,
      request.redirectUri,
      request.codeVerifier,
      { ...requestOptions(fetch), additionalParameters: { resource: request.resource } },
    );
    return oauth.processAuthorizationCodeResponse(server, toOAuthClient(client), await essentials(response));
  });
}

/**
 * Asks for new tokens.
 *
 * @throws AuthError `session_expired` when the server rejects the refresh token, `client_rejected`,
 * `server_error`, `network`…
 * @see RFC 6749, section 6
 */
export async function refreshTokens(
  { server, client }: Authority,
  { refreshToken, resource }: { readonly refreshToken: string; readonly resource: string },
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  return processed(
    server,
    async () => {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        toOAuthClient(client),
        clientAuthentication(client),
        refreshToken,
        { ...requestOptions(fetch), additionalParameters: { resource } },
      );
      return oauth.processRefreshTokenResponse(server, toOAuthClient(client), await essentials(response));
    },
    { invalid_grant: 'session_expired' },
  );
}

/**
 * Sends a token request and processes its response.
 *
 * @param codes what error codes mean beside a rejected client
 * @throws AuthError
 */
export async function processed(
  server: AuthorizationServer,
  send: () => Promise<oauth.TokenEndpointResponse>,
  codes: Parameters<typeof toAuthError>[2] = {},
): Promise<oauth.TokenEndpointResponse> {
  const who = `The authorization server ${new URL(server.issuer).host}`;
  let tokens: oauth.TokenEndpointResponse;
  try {
    tokens = await send();
  } catch (error) {
    throw toAuthError(error, who, {
      invalid_client: 'client_rejected',
      unauthorized_client: 'client_rejected',
      ...codes,
    });
  }
  if (tokens.token_type !== 'bearer') {
    // RFC 6749, section 7.1: a token of a type that is not understood must not be used.
    throw new AuthError('invalid_response', `${who} gave a token of a kind that was not asked for.`);
  }
  return tokens;
}

/**
 * The response with only what matters here. Who signed in is not asked, so nothing about an ID token (a clock
 * that differs, an algorithm that metadata does not list) may cost a session, least of all in a refresh. And
 * where the body names an error, a challenge beside it adds nothing (RFC 6749, section 5.2).
 */
export async function essentials(response: Response): Promise<Response> {
  let body: unknown;
  try {
    body = await response.clone().json();
  } catch {
    return response;
  }
  if (typeof body !== 'object' || body === null) {
    return response;
  }
  const { id_token: _idToken, ...rest } = body as { readonly id_token?: unknown };
  const headers = new Headers(response.headers);
  if ('error' in body) {
    headers.delete('www-authenticate');
  }
  return new Response(JSON.stringify(rest), { status: response.status, headers });
}
