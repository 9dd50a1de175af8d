import type { Discovered } from './discovery.ts';

/**
 * The `scope` to ask for (B7): configured, else challenged, else what the protected resource lists, else
 * none. `offline_access` joins where the authorization server offers it, unless the scopes are configured.
 *
 * @returns space-separated, or `undefined` to send none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (scope selection strategy)
 */
export function selectScope(
  configured: string | undefined,
  { challenge, protectedResource, authorizationServer }: Discovered,
): string | undefined {
  if (configured !== undefined) {
    return configured;
  }
  const scopes = challenge?.scope?.split(' ') ?? protectedResource?.scopesSupported ?? [];
  const offered: unknown = authorizationServer.scopes_supported;
  const offline = Array.isArray(offered) && offered.includes('offline_access') ? ['offline_access'] : [];
  const wanted = new Set([...scopes, ...offline].filter((scope) => scope !== ''));
  return wanted.size > 0 ? [...wanted].join(' ') : undefined;
}

/** All scopes of both, each once, in the order they came; `undefined` where there is none. */
export function unionScopes(one: string | undefined, other: string | undefined): string | undefined {
  const scopes = new Set(`${one ?? ''} ${other ?? ''}`.split(' ').filter((scope) => scope !== ''));
  return scopes.size > 0 ? [...scopes].join(' ') : undefined;
}

/** The scopes without `offline_access`, which asks for a refresh token: of no use to a grant that can be repeated. */
export function withoutOfflineAccess(scope: string | undefined): string | undefined {
  const scopes = scope?.split(' ').filter((one) => one !== 'offline_access') ?? [];
  return scopes.length > 0 ? scopes.join(' ') : undefined;
}
