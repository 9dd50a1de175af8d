import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import type { DpopProofs } from './dpopProofs.ts';
import { quoted, toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';

/** A client at its authorization server. */
export interface Authority {
  readonly server: AuthorizationServer;
  readonly client: ClientRegistration;
  /** Present where tokens are bound to a key. */
  readonly proofs?: DpopProofs | undefined;
}

/**
 * Judges an authorization response: `iss` and `state` first, then whether it is an error.
 *
 * @throws AuthError `access_denied`, `authorization_refused`, `client_rejected`, `invalid_response` or
 * `issuer_mismatch`
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
      throw refusal(error, host);
    }
    // Not to be believed at all, whatever else it says.
    throw isOfAnotherIssuer(response, server)
      ? new AuthError(
          'issuer_mismatch',
          `The sign-in was answered by another server than ${host}, and was dropped.`,
          { cause: error },
        )
      : new AuthError(
          'invalid_response',
          `${host} answered the sign-in in a way that OAuth does not allow.`,
          {
            cause: error,
          },
        );
  }
}

function refusal(error: oauth.AuthorizationResponseError, host: string): AuthError {
  if (error.error === 'access_denied') {
    return new AuthError('access_denied', `${host} refused the sign-in: access was denied.`, {
      cause: error,
    });
  }
  const isAboutClient = error.error === 'invalid_client' || error.error === 'unauthorized_client';
  return new AuthError(
    isAboutClient ? 'client_rejected' : 'authorization_refused',
    `${host} refused the sign-in: ${quoted(error.error, error.error_description)}.`,
    { cause: error },
  );
}

/** Which of its reasons oauth4webapi had: the other ones are about the form (a parameter twice, a JWT response). */
function isOfAnotherIssuer(response: URLSearchParams, server: AuthorizationServer): boolean {
  const issuers = response.getAll('iss');
  const isMissing = issuers.length === 0 || issuers.includes('');
  return (
    issuers.some((issuer) => issuer !== '' && issuer !== server.issuer) ||
    (isMissing && Boolean(server.authorization_response_iss_parameter_supported))
  );
}

/**
 * Exchanges the code of a validated response for tokens. An ID token that comes with them is handed on as it is: it
 * is for `personOf` to judge.
 *
 * @throws AuthError `client_rejected`, `authorization_refused`, `server_error`, `network`…
 * @see RFC 6749, section 4.1.3
 */
export async function exchangeCode(
  { server, client, proofs }: Authority,
  validated: URLSearchParams,
  request: AuthorizationRequest & { readonly resource: string },
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  return processed({ server, proofs }, async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      validated,
      request.redirectUri,
      request.codeVerifier,
      { ...requestOptions(fetch), ...proving(proofs), additionalParameters: { resource: request.resource } },
    );
    return await withIdToken(response, (essential) =>
      oauth.processAuthorizationCodeResponse(server, toOAuthClient(client), essential),
    );
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
  { server, client, proofs }: Authority,
  { refreshToken, resource }: { readonly refreshToken: string; readonly resource: string },
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  return processed(
    { server, proofs },
    async () => {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        toOAuthClient(client),
        clientAuthentication(client),
        refreshToken,
        { ...requestOptions(fetch), ...proving(proofs), additionalParameters: { resource } },
      );
      return oauth.processRefreshTokenResponse(server, toOAuthClient(client), await essentials(response));
    },
    { invalid_grant: 'session_expired' },
  );
}

/** What makes oauth4webapi prove the key that tokens are, or are to be, bound to. */
export function proving(proofs: DpopProofs | undefined): oauth.DPoPRequestOptions {
  return proofs ? { DPoP: proofs.handle } : {};
}

/**
 * Sends a token request, and turns whatever goes wrong into an AuthError.
 *
 * @param codes what error codes mean in this request, beside a rejected client
 * @throws AuthError
 */
export async function processed(
  { server, proofs }: Pick<Authority, 'proofs' | 'server'>,
  send: () => Promise<oauth.TokenEndpointResponse>,
  codes: Parameters<typeof toAuthError>[2] = {},
): Promise<oauth.TokenEndpointResponse> {
  const who = `The authorization server ${new URL(server.issuer).host}`;
  let tokens: oauth.TokenEndpointResponse;
  try {
    tokens = proofs
      ? await proofs.attempt(new URL(server.token_endpoint ?? server.issuer), send)
      : await send();
  } catch (error) {
    throw toAuthError(error, who, {
      invalid_client: 'client_rejected',
      unauthorized_client: 'client_rejected',
      ...codes,
    });
  }
  if (proofs && tokens.token_type === 'bearer') {
    // Whoever asked for bound tokens does not want what anybody could use.
    throw new AuthError('dpop_not_supported', `${who} gave a token that is not bound to a key (DPoP).`);
  }
  if (tokens.token_type !== (proofs ? 'dpop' : 'bearer')) {
    // RFC 6749, section 7.1: a token of a type that is not understood must not be used.
    throw new AuthError('invalid_response', `${who} gave a token of a kind that was not asked for.`);
  }
  if (!/^[\x20-\x7e]+$/.test(tokens.access_token)) {
    // RFC 6749, appendix A.12. No HTTP header could carry it.
    throw new AuthError('invalid_response', `${who} gave a token with characters that no token has.`);
  }
  return tokens;
}

/**
 * Processes a token response by its {@link essentials}, and puts the ID token back, which nobody has judged.
 *
 * @throws what `process` throws
 */
export async function withIdToken(
  response: Response,
  process: (essential: Response) => Promise<oauth.TokenEndpointResponse>,
): Promise<oauth.TokenEndpointResponse> {
  const whole = response.clone();
  const tokens = await process(await essentials(response));
  const { id_token: idToken }: { readonly id_token?: unknown } = await whole.json();
  return typeof idToken === 'string' ? { ...tokens, id_token: idToken } : tokens;
}

/**
 * The response with only what matters here. Nothing about an ID token (a clock that differs, an algorithm that
 * metadata does not list) may cost a session, least of all in a refresh: who signed in is another question. Nor may
 * a lifetime that is none, or a member that says nothing: the old refresh token may be spent by now. And where
 * the body names an error, a challenge beside it adds nothing (RFC 6749, section 5.2).
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
  const { id_token: _idToken, ...members } = body as { readonly [name: string]: unknown };
  const rest = Object.fromEntries(
    Object.entries(members).filter(([name, value]) => saysSomething(name, value)),
  );
  const headers = new Headers(response.headers);
  if ('error' in body) {
    headers.delete('www-authenticate');
  }
  return new Response(JSON.stringify(rest), { status: response.status, headers });
}

function saysSomething(name: string, value: unknown): boolean {
  if (name === 'expires_in') {
    // Zero is what some servers write for tokens that do not expire; one that has will be refused when used.
    const seconds = Number.parseFloat(String(value));
    return seconds > 0 && Number.isFinite(seconds);
  }
  return value !== null && (value !== '' || name === 'access_token');
}
