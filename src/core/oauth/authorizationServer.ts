import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import { isUnavailable, serverError } from './serverError.ts';

/** RFC 8414 metadata that passed {@link fetchAuthorizationServer}'s checks. */
export type AuthorizationServer = oauth.AuthorizationServer;

/**
 * Where an issuer's metadata may be, in the order MCP prescribes. An issuer with a path is never looked up
 * at the root.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (authorization server metadata discovery)
 * @see RFC 8414, section 3.1; OpenID Connect Discovery 1.0, section 4
 */
export function wellKnownMetadataUrls(issuer: URL): readonly URL[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const locations =
    path === ''
      ? ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
      : [
          `/.well-known/oauth-authorization-server${path}`,
          `/.well-known/openid-configuration${path}`,
          `${path}/.well-known/openid-configuration`,
        ];
  // Put together as text: resolved against the origin, a path that starts with "//" would name another host.
  return locations.map((location) => new URL(issuer.origin + location));
}

/**
 * Fetches the metadata of an issuer from the first place that has it, and checks it: `issuer` is the one
 * asked for (one trailing slash at the root aside), endpoints are secure.
 *
 * @param issuer a URL, byte for byte as it was named
 * @param places where to look, in this order
 * @returns `undefined` where no place has metadata
 * @throws AuthError `issuer_mismatch`, `invalid_response`, `insecure_url`, `server_error`, `network`…
 */
export async function fetchAuthorizationServer(
  issuer: string,
  fetch: Fetch,
  places: readonly URL[] = wellKnownMetadataUrls(new URL(issuer)),
): Promise<AuthorizationServer | undefined> {
  let failure: AuthError | undefined;
  for (const url of places) {
    try {
      const metadata = await fetchMetadata(url, issuer, fetch);
      if (metadata) {
        return metadata;
      }
    } catch (error) {
      // Web sites answer unknown addresses with a page and HTTP 200, or fail: the next place may still be right.
      if (!isPassedOver(error)) {
        throw error;
      }
      failure ??= error;
    }
  }
  if (failure) {
    throw failure;
  }
  return undefined;
}

function isPassedOver(error: unknown): error is AuthError {
  return error instanceof AuthError && (error.code === 'invalid_response' || error.code === 'server_error');
}

/**
 * The endpoints that revision 2025-03-26 prescribes for a server without metadata.
 *
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization (fallbacks)
 */
export function defaultAuthorizationServer(origin: URL): AuthorizationServer {
  return {
    issuer: origin.origin,
    authorization_endpoint: new URL('/authorize', origin).href,
    token_endpoint: new URL('/token', origin).href,
    registration_endpoint: new URL('/register', origin).href,
    code_challenge_methods_supported: ['S256'],
  };
}

async function fetchMetadata(
  url: URL,
  issuer: string,
  fetch: Fetch,
): Promise<AuthorizationServer | undefined> {
  const response = await fetch(url.href, { method: 'GET', headers: { accept: 'application/json' } });
  if (isUnavailable(response.status)) {
    throw serverError(`The authorization server ${new URL(issuer).origin}`, response);
  }
  return response.status === 200 ? await readAuthorizationServer(response, issuer) : undefined;
}

/**
 * Reads and checks the metadata of an issuer, which is given byte for byte as it was named.
 *
 * @throws AuthError `issuer_mismatch`, `invalid_response` or `insecure_url`
 * @see RFC 8414, sections 2 and 3.3
 */
export async function readAuthorizationServer(
  response: Response,
  issuer: string,
): Promise<AuthorizationServer> {
  const url = new URL(issuer);
  const who = `The authorization server ${url.origin}`;
  const mismatch = (cause?: unknown) =>
    new AuthError('issuer_mismatch', `${who} presents the metadata of another issuer.`, { cause });
  let metadata: AuthorizationServer;
  try {
    metadata = await oauth.processDiscoveryResponse(url, response);
  } catch (error) {
    const isOther =
      error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON;
    throw isOther ? mismatch(error) : toAuthError(error, `${who}'s metadata`);
  }
  // oauth4webapi compares URLs, which have one form for several ways to write them.
  if (withoutRootSlash(metadata.issuer) !== withoutRootSlash(issuer)) {
    throw mismatch();
  }
  return assertUsable(cleaned(metadata), url.host);
}

/** Real providers differ by that slash; nothing else is tolerated. */
function withoutRootSlash(issuer: string): string {
  return issuer.replace(/^([^:/?#]+:\/\/[^/?#]+)\/$/, '$1');
}

const endpoints = [
  ['authorization_endpoint', 'authorization endpoint'],
  ['token_endpoint', 'token endpoint'],
  ['registration_endpoint', 'registration endpoint'],
  ['revocation_endpoint', 'revocation endpoint'],
  ['device_authorization_endpoint', 'device authorization endpoint'],
] as const;

/** What oauth4webapi passes on unchecked, and is read as a list. */
const lists: ReadonlySet<string> = new Set([
  'code_challenge_methods_supported',
  'grant_types_supported',
  'scopes_supported',
  'token_endpoint_auth_methods_supported',
] satisfies (keyof AuthorizationServer)[]);

/** Without what says nothing: null, which some servers write for what they leave out, and lists that are none. */
function cleaned(metadata: AuthorizationServer): AuthorizationServer {
  const members = Object.entries(metadata).filter(
    ([name, value]) => value !== null && (!lists.has(name) || isStringList(value)),
  );
  return { ...Object.fromEntries(members), issuer: metadata.issuer };
}

function isStringList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function assertUsable(metadata: AuthorizationServer, host: string): AuthorizationServer {
  for (const [name, words] of endpoints) {
    const endpoint: unknown = metadata[name];
    if (endpoint === undefined) {
      continue;
    }
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      throw new AuthError(
        'invalid_response',
        `The authorization server ${host} names a ${words} that is not a URL.`,
      );
    }
    assertSecureUrl(new URL(endpoint), `The ${words} of ${host}`);
  }
  return metadata;
}
