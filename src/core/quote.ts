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
