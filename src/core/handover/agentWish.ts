import type { ServerSnapshot } from '../serverSnapshot.ts';
import { isContactable } from './contactableServer.ts';

/** What the person's setting for agent mode makes of a server; `elsewhere` where this window has none of its URL. */
export type AgentWish = 'elsewhere' | 'unwanted' | 'wanted';

/** The names, each once, under which agent mode can be offered the server of a canonical URL in this window. */
export function agentNames(servers: readonly ServerSnapshot[], serverUrl: string): readonly string[] {
  const names = servers
    .filter(isContactable)
    .flatMap(({ endpoint, definition }) => (endpoint.canonicalUrl === serverUrl ? [definition.name] : []));
  return [...new Set(names)];
}

/** Reads the wish off the names of a server. One name that is wanted is enough for agent mode to get there. */
export function agentWish(names: readonly string[], isWanted: (name: string) => boolean): AgentWish {
  if (names.length === 0) {
    return 'elsewhere';
  }
  return names.some(isWanted) ? 'wanted' : 'unwanted';
}
