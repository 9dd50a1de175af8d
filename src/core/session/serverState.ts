import type { Endpoint } from '../config/endpoint.ts';
import type { ServerDefinition } from '../config/serverDefinition.ts';
import type { AuthError } from '../errors.ts';
import type { AuthenticationStep } from '../oauth/authentication.ts';
import type { RepeatableGrant } from '../oauth/grant.ts';
import { isFresh, isRefreshable } from './freshness.ts';
import type { ScopeDemand } from './scopeDemands.ts';
import type { Session } from './session.ts';

/** What a server's row says (A3). Exactly one holds at a time. */
export type ServerState =
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'stdio' }
  | { readonly kind: 'missingVariable'; readonly names: readonly string[] }
  | { readonly kind: 'staticHeader' }
  | { readonly kind: 'headersHelper' }
  | { readonly kind: 'headersOnly' }
  | { readonly kind: 'authenticating'; readonly step: AuthenticationStep }
  | { readonly kind: 'refreshing' }
  | {
      readonly kind: 'authenticated';
      readonly expiresAt?: number | undefined;
      readonly refreshable: boolean;
      /** How it renews itself, where that is not by a refresh token. */
      readonly grant?: RepeatableGrant | undefined;
    }
  | { readonly kind: 'needsScopes'; readonly scope?: string | undefined }
  | { readonly kind: 'expired' }
  | { readonly kind: 'needsAuthentication'; readonly failure?: AuthError | undefined }
  | { readonly kind: 'noAuthenticationNeeded' };

/** What runs, or last ran, for a server in this window. */
export type Attempt =
  | { readonly kind: 'authenticating'; readonly step: AuthenticationStep }
  | { readonly kind: 'refreshing' }
  | { readonly kind: 'failed'; readonly error: AuthError };

/** Everything a state follows from. `now` in milliseconds since the epoch. */
export interface ServerFacts {
  readonly definition: ServerDefinition;
  /** Absent unless the definition is remote. */
  readonly endpoint?: Endpoint | undefined;
  readonly session?: Session | undefined;
  readonly attempt?: Attempt | undefined;
  /** What the server wants beyond the session. */
  readonly demand?: ScopeDemand | undefined;
  readonly now: number;
}

/** The state of a server: pure, and total over its arguments. */
export function serverState(facts: ServerFacts): ServerState {
  const { definition, endpoint, session, attempt, now } = facts;
  if (definition.kind === 'invalid') {
    return { kind: 'invalid', reason: definition.reason };
  }
  if (definition.kind === 'stdio' || endpoint === undefined) {
    return { kind: 'stdio' };
  }
  if (endpoint.kind === 'invalid') {
    return endpoint;
  }
  if (endpoint.kind === 'missingVariable') {
    return endpoint;
  }
  if (hasAuthorizationHeader(definition.headers)) {
    return { kind: 'staticHeader' };
  }
  if (definition.headersHelper !== undefined) {
    return { kind: 'headersHelper' };
  }
  if (definition.transport === 'ws') {
    return { kind: 'headersOnly' };
  }
  if (attempt?.kind === 'authenticating' || attempt?.kind === 'refreshing') {
    return attempt;
  }
  if (session) {
    const state = sessionState(session, now);
    return facts.demand && state.kind === 'authenticated'
      ? { kind: 'needsScopes', scope: facts.demand.scope }
      : state;
  }
  if (attempt?.error.code === 'no_authentication_needed') {
    return { kind: 'noAuthenticationNeeded' };
  }
  return { kind: 'needsAuthentication', failure: attempt?.error };
}

function sessionState(session: Session, now: number): ServerState {
  const refreshable = isRefreshable(session);
  // A rejected refresh token means that the server ended the session, whatever the access token's age.
  return session.refreshRejectedAt === undefined && (refreshable || isFresh(session, now))
    ? {
        kind: 'authenticated',
        expiresAt: session.tokens.expiresAt,
        refreshable,
        ...(session.grant === undefined ? {} : { grant: session.grant }),
      }
    : { kind: 'expired' };
}

/** A configured `Authorization`, even an empty one, switches OAuth off in the clients (mcp-json-facts §1.2). */
function hasAuthorizationHeader(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}
