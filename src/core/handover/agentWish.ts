import type { ServerSnapshot } from '../serverSnapshot.ts';
import { isContactable } from './contactableServer.ts';
import { changePatterns } from './namePatterns.ts';

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

/**
 * The patterns of the setting by which all of these names are wanted, or none of them; others stay as they are.
 *
 * @returns nothing where no pattern can say so
 */
export function wishedPatterns(
  names: readonly string[],
  patterns: readonly string[],
  wish: 'unwanted' | 'wanted',
): readonly string[] | undefined {
  return names.reduce<readonly string[] | undefined>(
    (changed, name) => changed && changePatterns(name, changed, wish),
    patterns,
  );
}
