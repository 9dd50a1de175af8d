import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { assertSecureUrl, canonicalServerUrl } from '../serverUrl.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import { isUnavailable, serverError } from './serverError.ts';

/** The part of RFC 9728 metadata that authorization needs, checked. */
export interface ProtectedResource {
  /** Byte for byte as the server wrote it: the `resource` parameter of RFC 8707. */
  readonly resource: string;
  /** Issuers, at least one, byte for byte as the server wrote them: their metadata has to say the same. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported?: readonly string[] | undefined;
  /** Present where the metadata speaks of DPoP (RFC 9728, section 2). */
  readonly dpop?: {
    readonly isRequired: boolean;
    readonly algorithms?: readonly string[] | undefined;
  };
}

/**
 * Where RFC 9728, section 3.1, puts the metadata of a server: below its path, then at the root.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (protected resource metadata discovery)
 */
export function wellKnownResourceUrls(serverUrl: URL): readonly URL[] {
  // The query, where there is one, is part of the identifier and moves along with the path.
  const place = serverUrl.pathname.replace(/\/$/, '') + serverUrl.search;
  const root = `${serverUrl.origin}/.well-known/oauth-protected-resource`;
  return [...new Set([root + place, root])].map((location) => new URL(location));
}

/**
 * Fetches metadata from one address.
 *
 * @returns `undefined` where there is no metadata (any answer but 200)
 * @throws AuthError `invalid_response`, `resource_mismatch`, `insecure_url`, `server_error`, `network`…
 */
export async function fetchProtectedResource(
  metadataUrl: URL,
  serverUrl: URL,
  fetch: Fetch,
): Promise<ProtectedResource | undefined> {
  const response = await fetch(metadataUrl.href, { method: 'GET', headers: { accept: 'application/json' } });
  const who = `The protected resource metadata at ${metadataUrl.host}`;
  if (response.status !== 200) {
    if (isUnavailable(response.status)) {
      throw serverError(`${metadataUrl.host}, asked for its protected resource metadata,`, response);
    }
    return undefined;
  }
  const metadata = await readMetadata(response, serverUrl, who);
  const authorizationServers = (metadata.authorization_servers ?? []).map((issuer) =>
    parseIssuer(issuer, who),
  );
  if (authorizationServers.length === 0) {
    throw new AuthError('invalid_response', `${who} names no authorization server.`);
  }
  return {
    resource: metadata.resource,
    authorizationServers,
    scopesSupported: metadata.scopes_supported ?? undefined,
    ...dpopOf(metadata),
  };
}

/** Malformed members are as good as none: who needs no bound token must not fail for them. */
function dpopOf({
  dpop_bound_access_tokens_required: required,
  dpop_signing_alg_values_supported: algorithms,
}: oauth.ResourceServer): Pick<ProtectedResource, 'dpop'> {
  return required === undefined && algorithms === undefined
    ? {}
    : {
        dpop: {
          isRequired: required === true,
          algorithms: isOptionalStringList(algorithms) ? (algorithms ?? undefined) : undefined,
        },
      };
}

async function readMetadata(response: Response, serverUrl: URL, who: string): Promise<oauth.ResourceServer> {
  let metadata: oauth.ResourceServer;
  try {
    // oauth4webapi compares `resource` with one expected value; MCP also allows a parent of the server's URL.
    const { resource } = (await response.clone().json()) as { resource?: unknown };
    const expected = typeof resource === 'string' && URL.canParse(resource) ? new URL(resource) : serverUrl;
    metadata = await oauth.processResourceDiscoveryResponse(expected, response);
  } catch (error) {
    throw toAuthError(error, who);
  }
  if (!coversServer(new URL(metadata.resource), serverUrl)) {
    throw new AuthError(
      'resource_mismatch',
      `${who} is for another server (${JSON.stringify(new URL(metadata.resource).origin)}), not for this one.`,
    );
  }
  const { authorization_servers: servers, scopes_supported: scopes } = metadata;
  if (!isOptionalStringList(servers) || !isOptionalStringList(scopes)) {
    throw new AuthError('invalid_response', `${who} is malformed.`);
  }
  return metadata;
}

/** The server's own canonical URL, or a parent path on the same origin. */
function coversServer(resource: URL, serverUrl: URL): boolean {
  const canonical = canonicalServerUrl(resource);
  return (
    canonical === canonicalServerUrl(serverUrl) ||
    (resource.origin === serverUrl.origin &&
      resource.search === '' &&
      `${serverUrl.pathname}/`.startsWith(`${resource.pathname.replace(/\/$/, '')}/`))
  );
}

function parseIssuer(issuer: string, who: string): string {
  if (!URL.canParse(issuer)) {
    throw new AuthError('invalid_response', `${who} names an authorization server that is not a URL.`);
  }
  const url = new URL(issuer);
  assertSecureUrl(url, `The authorization server ${JSON.stringify(url.origin)}`);
  return issuer;
}

/** Some servers write null for what they leave out. */
function isOptionalStringList(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string'))
  );
}
