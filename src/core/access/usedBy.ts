import { durationText } from '../durationText.ts';
import type { AccessEntry } from './accessControl.ts';
import { shownProgram } from './accessText.ts';

/** How many programs are named. */
const named = 3;

/**
 * Which programs have used something, the latest first, for example "Claude Code 3 min ago, Codex 2 h ago".
 * Pure.
 *
 * @param now milliseconds since the epoch
 * @returns nothing where none has
 */
export function usedBy(entries: readonly AccessEntry[], now: number): string | undefined {
  const used = entries
    .filter(({ lastUsedAt }) => lastUsedAt !== undefined)
    .sort((one, other) => (other.lastUsedAt ?? 0) - (one.lastUsedAt ?? 0));
  const texts = used
    .slice(0, named)
    .map(({ program, lastUsedAt }) => `${shownProgram(program)} ${agoText(lastUsedAt, now)}`);
  const rest = used.length - texts.length;
  return texts.length === 0 ? undefined : [...texts, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

/** When something was used last, in words. Both in milliseconds since the epoch. */
export function agoText(at: number | undefined, now: number): string {
  if (at === undefined) {
    return 'never';
  }
  // Uses are noted to the minute.
  return now - at < 60_000 ? 'just now' : `${durationText(now - at)} ago`;
}
