/** A stretch of a text, in UTF-16 code units, and what takes its place. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The one stretch in which two texts differ. */
export function textChange(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) {
    end++;
  }
  return {
    offset: start,
    length: before.length - end - start,
    text: after.slice(start, after.length - end),
  };
}
