import { quoteUnlessPlain } from '../core/quote.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { attentionText, needsAttention } from '../core/session/attention.ts';
import { stateText } from '../core/session/stateText.ts';

/** What the status bar shows of the servers. */
export interface StatusBarContent {
  readonly text: string;
  /** Read instead of icon and number. */
  readonly label: string;
  /** Whether a session is over, so that something that worked does not. */
  readonly isWarning: boolean;
  /** One for each server that needs the person. Both parts may stem from a repository or a server. */
  readonly lines: readonly { readonly name: string; readonly text: string }[];
}

/** @returns `undefined` where there is nothing to show */
export function statusBarContent(
  servers: readonly ServerSnapshot[],
  now: number,
): StatusBarContent | undefined {
  if (servers.length === 0) {
    return undefined;
  }
  const waiting = servers.filter(({ state }) => needsAttention(state));
  const label = waiting.length > 0 ? attentionText(waiting.length) : 'no server needs you';
  return {
    text: waiting.length > 0 ? `$(key) ${waiting.length}` : '$(key)',
    label: `MCP Auth: ${label}`,
    isWarning: waiting.some(({ state }) => state.kind === 'expired'),
    lines: waiting.map(({ definition, state }) => ({
      name: quoteUnlessPlain(definition.name),
      text: stateText(state, now).short,
    })),
  };
}
