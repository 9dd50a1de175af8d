/** How a client came to be known to its authorization server (B3). */
export type ClientOrigin = 'dynamic' | 'metadataDocument' | 'preRegistered';

/** RFC 7591, section 2: how the client proves itself at the token endpoint. */
export type TokenEndpointAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

/** A client at one authorization server. Holds a secret: never logged, kept in secret storage only. */
export interface ClientRegistration {
  readonly origin: ClientOrigin;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** Milliseconds since the epoch; absent when the secret does not expire. */
  readonly secretExpiresAt?: number | undefined;
  /**
   * Space-separated scopes that a dynamic registration was made for. Servers take it at its word, and refuse the
   * client any other scope (RFC 7591, section 2).
   */
  readonly registeredScope?: string | undefined;
}

/**
 * Chooses how to authenticate, from what the server offers and whether there is a secret. A server that says
 * nothing supports `client_secret_basic` (RFC 8414, section 2).
 */
export function selectAuthMethod(
  supported: readonly string[] | undefined,
  clientSecret: string | undefined,
): TokenEndpointAuthMethod {
  if (clientSecret === undefined) {
    return 'none';
  }
  const offered = supported ?? ['client_secret_basic'];
  return !offered.includes('client_secret_basic') && offered.includes('client_secret_post')
    ? 'client_secret_post'
    : 'client_secret_basic';
}
