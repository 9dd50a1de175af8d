import * as v from 'valibot';

/**
 * How a client came to be known to its authorization server (B3). A `workload` is known by the assertion that it
 * presents: its `clientId` is the subject of that, for people to read, and is never sent.
 */
export type ClientOrigin = 'dynamic' | 'metadataDocument' | 'preRegistered' | 'workload';

/** RFC 7591, section 2, and RFC 7523, section 2.2: how a client can prove itself at the token endpoint. */
export const tokenEndpointAuthMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;

/** One of {@link tokenEndpointAuthMethods}. */
export type TokenEndpointAuthMethod = (typeof tokenEndpointAuthMethods)[number];

/** A client at one authorization server. Holds a secret: never logged, kept in secret storage only. */
export interface ClientRegistration {
  readonly origin: ClientOrigin;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /**
   * PEM (PKCS#8) or JWK text. Held here like a secret, and not looked up, so that whatever holds the registration
   * can use it by itself: a session is refreshed and revoked in any window, and after the person has entered
   * another key for the same client.
   */
  readonly privateKey?: string | undefined;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** Milliseconds since the epoch; absent when the secret does not expire. */
  readonly secretExpiresAt?: number | undefined;
}

/** A {@link ClientRegistration} as it is stored. */
export const clientRegistrationSchema = v.object({
  origin: v.picklist(['dynamic', 'metadataDocument', 'preRegistered', 'workload']),
  clientId: v.string(),
  clientSecret: v.optional(v.string()),
  privateKey: v.optional(v.string()),
  tokenEndpointAuthMethod: v.picklist(tokenEndpointAuthMethods),
  secretExpiresAt: v.optional(v.pipe(v.number(), v.finite())),
});

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
