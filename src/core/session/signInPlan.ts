import type { Endpoint } from '../config/endpoint.ts';
import type { ServerDefinition } from '../config/serverDefinition.ts';
import { needsSignIn } from './attention.ts';
import type { ServerState } from './serverState.ts';

/** What planning looks at; a `ServerSnapshot` is one. */
export interface PlannedServer {
  readonly definition: ServerDefinition;
  readonly endpoint?: Endpoint | undefined;
  readonly state: ServerState;
}

/** What Authenticate All is to do (B8). */
export interface SignInPlan<T extends PlannedServer> {
  /** One for each URL, in the order of the view. */
  readonly toSignIn: readonly T[];
  /** Those that a person can sign in to, and that need none now, likewise. */
  readonly skipped: readonly T[];
}

/** Chooses the servers that need a sign-in. Entries with the same URL share a session, and count as one. */
export function planSignIns<T extends PlannedServer>(servers: readonly T[]): SignInPlan<T> {
  const toSignIn = new Map<string, T>();
  const skipped = new Map<string, T>();
  for (const server of servers) {
    const { endpoint, state } = server;
    const list = needsSignIn(state) ? toSignIn : isFine(state) ? skipped : undefined;
    if (list && endpoint?.kind === 'url' && !list.has(endpoint.canonicalUrl)) {
      list.set(endpoint.canonicalUrl, server);
    }
  }
  return { toSignIn: [...toSignIn.values()], skipped: [...skipped.values()] };
}

function isFine({ kind }: ServerState): boolean {
  return kind === 'authenticated' || kind === 'refreshing' || kind === 'noAuthenticationNeeded';
}
