import type { Discovered } from './discovery.ts';
import { offeredScopes, offlineAccess, selectScope, splitScopes } from './scope.ts';

/** Why a scope is up for choice, in the order in which the reasons count. */
export type ScopeReason = 'configured' | 'challenged' | 'previous' | 'offline' | 'listed' | 'offered';

/** A scope that the person can ask for or not. Its name stems from a server or the repository. */
export interface ScopeChoice {
  readonly scope: string;
  /** At least one. */
  readonly reasons: readonly ScopeReason[];
  /** Whether it would be asked for without a choice. */
  readonly isSelected: boolean;
}

/** Lets the person choose scopes. */
export interface ScopePrompt {
  /**
   * @param issuer where the choices are asked for
   * @returns those to ask for, which may be none; `undefined` when the person gives up
   */
  askScopes(
    question: { readonly issuer: string; readonly choices: readonly ScopeChoice[] },
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
}

/** What the choice follows from, besides what the servers say. */
export interface ScopeContext {
  /** `oauth.scopes` of the definition. */
  readonly configured: string | undefined;
  /** What a session had, and what its server then wanted beyond that. */
  readonly additional: string | undefined;
}

/** RFC 6749, section 3.3: what a scope is made of. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Every scope that can be asked for (B7), with its reasons: those that would be asked for first. */
export function scopeChoices(discovered: Discovered, context: ScopeContext): readonly ScopeChoice[] {
  const { configured, additional } = context;
  const { challenge, protectedResource, authorizationServer } = discovered;
  const offered = offeredScopes(authorizationServer);
  const selected = new Set([...splitScopes(selectScope(configured, discovered)), ...splitScopes(additional)]);
  const sources: Readonly<Record<ScopeReason, readonly string[]>> = {
    configured: splitScopes(configured),
    challenged: splitScopes(challenge?.scope),
    previous: splitScopes(additional),
    offline: [...selected, ...offered].filter((scope) => scope === offlineAccess),
    listed: splitScopes(protectedResource?.scopesSupported?.join(' ')),
    offered,
  };
  const all = new Set([...selected, ...Object.values(sources).flat()]);
  return [...all]
    .filter((scope) => scopeToken.test(scope))
    .map((scope) => ({
      scope,
      reasons: reasonOrder.filter((reason) => sources[reason].includes(scope)),
      isSelected: selected.has(scope),
    }));
}

const reasonOrder: readonly ScopeReason[] = [
  'configured',
  'challenged',
  'previous',
  'offline',
  'listed',
  'offered',
];
