import type { TokenEndpointResponse } from 'oauth4webapi';

/** What the token endpoint gave. Holds secrets: never logged, kept in secret storage only. */
export interface TokenSet {
  readonly accessToken: string;
  /** In lower case, for example `bearer`. */
  readonly tokenType: string;
  readonly refreshToken?: string | undefined;
  /** Milliseconds since the epoch; absent when the server does not say. */
  readonly expiresAt?: number | undefined;
  /** Space-separated; absent when the server granted what was asked for. */
  readonly scope?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** ECMA-262, time values. */
const latestDate = 8.64e15;

/**
 * Reads a validated token response. What a refresh leaves out (refresh token, scope) stays as it was
 * (RFC 6749, section 6).
 *
 * @param requestedAt milliseconds since the epoch, from before the request: expiry is counted from there, so
 * that a slow answer never makes a token look younger than it is
 */
export function toTokenSet(
  response: TokenEndpointResponse,
  requestedAt: number,
  previous?: TokenSet,
): TokenSet {
  // NaN where the server does not say; beyond what a date can be, the token does not expire.
  const expiresAt = requestedAt + (response.expires_in ?? Number.NaN) * 1000;
  return {
    accessToken: response.access_token,
    tokenType: response.token_type,
    refreshToken: response.refresh_token ?? previous?.refreshToken,
    expiresAt: expiresAt <= latestDate ? expiresAt : undefined,
    scope: response.scope ?? previous?.scope,
    receivedAt: requestedAt,
  };
}
