import type { WindowIdentity } from './windowGroup.ts';

/** Sorts windows: the one that has been there longest comes first, and is the holder. */
export function bySeniority(one: WindowIdentity, other: WindowIdentity): number {
  return one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1);
}
