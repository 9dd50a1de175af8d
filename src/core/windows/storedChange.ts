import * as v from 'valibot';

/** A value with the time of its change, as it lies in a secret storage. */
export interface StoredChange {
  /** Milliseconds since the epoch. 0 for what was stored before times were. */
  readonly at: number;
  /** `null` for a deletion: it is stored as well, so that it holds against windows that have not heard of it. */
  readonly value: string | null;
}

const envelope = v.object({
  version: v.literal(1),
  at: v.pipe(v.number(), v.finite()),
  value: v.nullable(v.string()),
});

/** The text to store. */
export function serializeChange({ at, value }: StoredChange): string {
  return JSON.stringify({ version: 1, at, value });
}

/** Reads a stored text. What has no time, because it was stored by an earlier version, is older than anything. */
export function parseChange(text: string): StoredChange {
  try {
    const { at, value } = v.parse(envelope, JSON.parse(text));
    return { at, value };
  } catch {
    return { at: 0, value: text };
  }
}

/**
 * Whether a change holds against another one. The later does; of two at the same time the same one in every window,
 * whichever it hears of first.
 */
export function isLater(one: StoredChange, other: StoredChange | undefined): boolean {
  if (other === undefined || one.at !== other.at) {
    return one.at > (other?.at ?? -1);
  }
  return one.value !== null && (other.value === null || one.value > other.value);
}
