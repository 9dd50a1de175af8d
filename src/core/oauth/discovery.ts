import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import { AuthError, isCancelled } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import {
  type AuthorizationServer,
  defaultAuthorizationServer,
  fetchAuthorizationServer,
} from './authorizationServer.ts';
import type { Challenge } from './challenge.ts';
import { fetchConfiguredServer } from './configuredServer.ts';
import { createOAuthFetch, type Fetch, type NetworkPorts } from './oauthFetch.ts';
import { type ProbeResult, probeServer } from './probe.ts';
import type { ProtectedResource } from './protectedResource.ts';
import { type ResourceSearchResult, searchProtectedResource } from './resourceSearch.ts';
import { settle } from './settled.ts';

/** The server to find the authorization server of. */
export interface DiscoveryTarget {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  readonly oauth?: OAuthConfiguration | undefined;
  /** An earlier session: its authorization server comes first, as long as the resource still names it. */
  readonly previous?: { readonly authorizationServer: { readonly issuer: string } } | undefined;
}

/** All that is known before a client is registered. */
export interface Discovered {
  readonly authorizationServer: AuthorizationServer;
  /** Absent for servers of revision 2025-03-26, which have no RFC 9728 metadata. */
  readonly protectedResource?: ProtectedResource | undefined;
  readonly challenge?: Challenge | undefined;
  /** What `oauth.authServerMetadataUrl`'s document lists, if anything: ranks above what is challenged. */
  readonly configuredServerScopes?: readonly string[] | undefined;
  /** Set where it comes from an earlier session: to be found out anew before a code is sent. */
  readonly isRemembered?: true | undefined;
}

/**
 * The `resource` to name: that of the metadata, byte for byte, else the canonical URL of the server.
 *
 * @see RFC 8707, section 2
 */
export function resourceOf({ protectedResource }: Discovered, serverUrl: URL): string {
  return protectedResource?.resource ?? canonicalServerUrl(serverUrl);
}

/**
 * Finds the authorization server of an MCP server (B2): the challenge's metadata first, else the well-known
 * places, else the 2025-03-26 fallback. Two requests in series where the server keeps to the well-known
 * path: probe and metadata go side by side.
 *
 * @throws AuthError `no_authentication_needed` when an MCP server answers without asking for a token
 */
export async function discover(
  target: DiscoveryTarget,
  ports: NetworkPorts,
  signal: AbortSignal,
): Promise<Discovered> {
  const findResource = searchProtectedResource(target, ports, signal);
  const probe = await probeServer(target, ports, signal);
  const challenge = probe.kind === 'challenged' ? probe.challenge : undefined;
  const found = await findResource(challenge?.resourceMetadata);
  return finish(target, { ...found, challenge, probe }, createOAuthFetch(ports, signal));
}

interface Findings extends ResourceSearchResult {
  readonly challenge: Challenge | undefined;
  readonly probe: ProbeResult;
}

async function finish(target: DiscoveryTarget, findings: Findings, fetch: Fetch): Promise<Discovered> {
  const { challenge, protectedResource, probe, failure } = findings;
  const isMismatch = failure?.code === 'resource_mismatch';
  const configured = target.oauth?.authServerMetadataUrl;
  if (configured !== undefined && !isMismatch && (protectedResource || probe.kind === 'challenged')) {
    const authorizationServer = await fetchConfiguredServer(configured, fetch);
    const scopes = authorizationServer.scopes_supported ?? [];
    const configuredServerScopes = scopes.length > 0 ? scopes : undefined;
    return { authorizationServer, protectedResource, challenge, configuredServerScopes };
  }
  if (protectedResource) {
    const issuers = preferred(protectedResource.authorizationServers, target.previous);
    return { authorizationServer: await firstAvailable(issuers, fetch), protectedResource, challenge };
  }
  switch (probe.kind) {
    case 'challenged':
      // Where somebody was signed in before, this may be a bad moment.
      if (failure && (isMismatch || target.previous)) {
        throw failure;
      }
      return { authorizationServer: await originServer(target, failure, fetch), challenge };
    case 'open':
      // For another server's metadata nobody has to sign in at this one.
      throw (
        (isMismatch ? undefined : failure) ??
        probe.problem ??
        new AuthError('no_authentication_needed', 'This server answers without authentication.')
      );
    case 'failed':
      throw probe.error;
  }
}

/** A server of revision 2025-03-26 is its own authorization server. */
async function originServer(
  { serverUrl }: DiscoveryTarget,
  failure: AuthError | undefined,
  fetch: Fetch,
): Promise<AuthorizationServer> {
  const authorizationServer = await fetchAuthorizationServer(serverUrl.origin, fetch);
  if (!authorizationServer && failure) {
    throw failure;
  }
  return authorizationServer ?? defaultAuthorizationServer(new URL(serverUrl.origin));
}

function preferred(issuers: readonly string[], previous: DiscoveryTarget['previous']): readonly string[] {
  const former = previous && new URL(previous.authorizationServer.issuer).href;
  const isFormer = (issuer: string) => new URL(issuer).href === former;
  return [...issuers.filter(isFormer), ...issuers.filter((issuer) => !isFormer(issuer))];
}

async function firstAvailable(issuers: readonly string[], fetch: Fetch): Promise<AuthorizationServer> {
  let failure: unknown;
  for (const issuer of issuers) {
    const result = await settle(fetchAuthorizationServer(issuer, fetch));
    if ('error' in result) {
      if (isCancelled(result.error)) {
        throw result.error;
      }
      failure ??= result.error;
    } else if (result.value) {
      return result.value;
    }
  }
  throw (
    failure ??
    new AuthError(
      'discovery_failed',
      `The authorization server ${issuers.map((issuer) => new URL(issuer).origin).join(', ')} publishes no metadata.`,
    )
  );
}
