/** Whose shell reads a command: `sh`, or on Windows `cmd`. */
export type Shell = 'cmd' | 'sh';

/** What neither shell gives a meaning to. */
const plain = /^[A-Za-z0-9_.:/=@+,-]+$/;

/**
 * A text as one word of a shell's command line. `undefined` where the shell has no way to write it: within quotes, `cmd`
 * still replaces what stands between percent signs.
 */
export function shellWord(text: string, shell: Shell): string | undefined {
  if (/[\0\r\n]/.test(text)) {
    return undefined;
  }
  if (plain.test(text)) {
    return text;
  }
  if (shell === 'sh') {
    return `'${text.replaceAll("'", `'\\''`)}'`;
  }
  return /["%!]/.test(text) ? undefined : `"${text}"`;
}
