/** Characters that a terminal takes for commands, or that change the order in which it shows others. */
const commands = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Text as it may be shown: what servers and repositories call themselves must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(commands, (character) => (character === '\n' ? character : ''));
}

/** A value as JSON that may be shown in a terminal, and read by programs. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(commands, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
