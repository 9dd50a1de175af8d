const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Somebody else's text as it may be shown within a sentence: in quotes, without characters that would break the
 * line or, like those that change the direction of writing, make it read as something else.
 */
export function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    invisible,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Somebody else's text where it is shown by itself: as it is, but in quotes where that could mislead. */
export function quoteUnlessPlain(text: string): string {
  return text.search(invisible) < 0 && text.isWellFormed() ? text : quote(text);
}
