import type { AuthorizationServer } from './authorizationServer.ts';
import type { Discovered } from './discovery.ts';

/**
 * The `scope` to ask for (B7): configured, else what a configured metadata document lists, else challenged,
 * else what the protected resource lists, else none. `offline_access` joins where the authorization server
 * offers it, unless the scopes are configured; a protected resource cannot list it on that server's behalf.
 *
 * @returns space-separated, or `undefined` to send none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (scope selection strategy)
 */
export function selectScope(
  configured: string | undefined,
  { challenge, protectedResource, authorizationServer, configuredServerScopes }: Discovered,
): string | undefined {
  if (configured !== undefined) {
    return configured;
  }
  const listed = protectedResource?.scopesSupported?.filter((scope) => scope !== offlineAccess);
  const scopes = configuredServerScopes ?? challenge?.scope?.split(' ') ?? listed ?? [];
  const offline = offeredScopes(authorizationServer).includes(offlineAccess) ? [offlineAccess] : [];
  const wanted = new Set([...scopes, ...offline].filter((scope) => scope !== ''));
  return wanted.size > 0 ? [...wanted].join(' ') : undefined;
}

/** The scope that refresh tokens hang on, at servers that know it (OpenID Connect Core, section 11). */
export const offlineAccess = 'offline_access';

/** What an authorization server lists as its scopes; nothing where the list is malformed. */
export function offeredScopes({ scopes_supported }: AuthorizationServer): readonly string[] {
  const offered: unknown = scopes_supported;
  return Array.isArray(offered) ? offered.filter((scope) => typeof scope === 'string') : [];
}

/** The scopes of a space-separated list. */
export function splitScopes(scopes: string | undefined): readonly string[] {
  return (scopes ?? '').split(' ').filter((scope) => scope !== '');
}

/** Whether each of the wanted scopes is among those given. */
export function includesScopes(given: string, wanted: string | undefined): boolean {
  const all = new Set(splitScopes(given));
  return splitScopes(wanted).every((scope) => all.has(scope));
}

/** All scopes of both, each once, in the order they came; `undefined` where there is none. */
export function unionScopes(one: string | undefined, other: string | undefined): string | undefined {
  const scopes = new Set([...splitScopes(one), ...splitScopes(other)]);
  return scopes.size > 0 ? [...scopes].join(' ') : undefined;
}
