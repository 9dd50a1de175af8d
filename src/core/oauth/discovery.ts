import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import { AuthError, isCancelled } from '../errors.ts';
import {
  type AuthorizationServer,
  defaultAuthorizationServer,
  fetchAuthorizationServer,
} from './authorizationServer.ts';
import type { Challenge } from './challenge.ts';
import { createOAuthFetch, type Fetch, type NetworkPorts } from './oauthFetch.ts';
import { type ProbeResult, probeServer } from './probe.ts';
import {
  fetchProtectedResource,
  type ProtectedResource,
  wellKnownResourceUrls,
} from './protectedResource.ts';

/** The server to find the authorization server of. */
export interface DiscoveryTarget {
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  readonly oauth?: OAuthConfiguration | undefined;
}

/** All that is known before a client is registered. */
export interface Discovered {
  readonly authorizationServer: AuthorizationServer;
  /** Absent for servers of revision 2025-03-26, which have no RFC 9728 metadata. */
  readonly protectedResource?: ProtectedResource | undefined;
  readonly challenge?: Challenge | undefined;
}

/**
 * Finds the authorization server of an MCP server (B2): the challenge's metadata first, else the well-known
 * places, else the 2025-03-26 fallback. Two requests in series where the server keeps to the well-known
 * path: probe and metadata go side by side.
 *
 * @throws AuthError `no_authentication_needed` when the server answers without being asked for a token
 */
export async function discover(
  target: DiscoveryTarget,
  ports: NetworkPorts,
  signal: AbortSignal,
): Promise<Discovered> {
  const fetch = createOAuthFetch(ports, signal);
  const read = (url: URL, send: Fetch) => fetchProtectedResource(url, target.serverUrl, send);
  const [likely, ...others] = wellKnownResourceUrls(target.serverUrl);
  const speculation = new AbortController();
  const speculativeFetch = createOAuthFetch(ports, AbortSignal.any([signal, speculation.signal]));
  const speculative = settle(likely ? read(likely, speculativeFetch) : Promise.resolve(undefined));
  const probe = await probeServer(target, ports, signal);
  const challenge = probe.kind === 'challenged' ? probe.challenge : undefined;
  const named = challenge?.resourceMetadata;
  let protectedResource: ProtectedResource | undefined;
  if (named && named.href !== likely?.href) {
    // The guess was wrong: nobody waits for its answer any more, unless what is named does not exist.
    speculation.abort();
    protectedResource = await read(named, fetch);
    others.unshift(...(likely ? [likely] : []));
  } else {
    protectedResource = valueUnlessMalformed(await speculative);
  }
  for (const url of others) {
    protectedResource ??= valueUnlessMalformed(await settle(read(url, fetch)));
  }
  return finish(target, { challenge, protectedResource, probe }, fetch);
}

interface Findings {
  readonly challenge: Challenge | undefined;
  readonly protectedResource: ProtectedResource | undefined;
  readonly probe: ProbeResult;
}

async function finish(
  target: DiscoveryTarget,
  { challenge, protectedResource, probe }: Findings,
  fetch: Fetch,
): Promise<Discovered> {
  if (protectedResource) {
    const authorizationServer = await firstAvailable(protectedResource.authorizationServers, fetch);
    return { authorizationServer, protectedResource, challenge };
  }
  switch (probe.kind) {
    case 'challenged': {
      const origin = new URL(target.serverUrl.origin);
      const authorizationServer = await fetchAuthorizationServer(origin, fetch);
      return { authorizationServer: authorizationServer ?? defaultAuthorizationServer(origin), challenge };
    }
    case 'open':
      throw new AuthError('no_authentication_needed', 'This server answers without authentication.');
    case 'failed':
      throw probe.error;
  }
}

/** At a place that was only guessed, a page that is no metadata means that there is none. */
function valueUnlessMalformed<T>(result: Settled<T>): T | undefined {
  if (!('error' in result)) {
    return result.value;
  }
  if (!(result.error instanceof AuthError && result.error.code === 'invalid_response')) {
    throw result.error;
  }
  return undefined;
}

async function firstAvailable(issuers: readonly URL[], fetch: Fetch): Promise<AuthorizationServer> {
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
      `The authorization server ${issuers.map(({ origin }) => origin).join(', ')} publishes no metadata.`,
    )
  );
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** Lets a promise be awaited later without an unhandled rejection in between. */
async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
