/** The terminal command by its name: all that a file may say which is committed. */
export const ownCommand = 'mcp-auth';

/** The same, also as it may be written on Windows. */
const ownNames: ReadonlySet<string> = new Set([ownCommand, `${ownCommand}.cmd`]);

/** What no shell gives a meaning to, neither sh nor cmd. */
const plainWord = /^[A-Za-z0-9_.:/=@+,-]+$/;

/**
 * Whether a `headersHelper` is MCP Auth's own `mcp-auth headers`, which it must not run: it would ask itself. Strict, since
 * what counts as ours is not asked about: exact words and safe characters, so that nothing else can come with it.
 *
 * @param shim the absolute path of the terminal command on this machine, where there is one; no other path is ours
 */
export function isOwnHelper(command: string, shim?: string): boolean {
  const { program, rest } = firstWord(command.trim());
  if (!ownNames.has(program) && (shim === undefined || program !== shim)) {
    return false;
  }
  const [subcommand, ...others] = rest.split(' ').filter((word) => word !== '');
  return subcommand === 'headers' && others.every((word) => plainWord.test(word));
}

/** A path may be in quotes, as {@link shellWord} puts it. What is quoted twice over, or within, is nothing of ours. */
function firstWord(command: string): { readonly program: string; readonly rest: string } {
  const [, single, double, bare, rest = ''] =
    /^(?:'([^'\n]*)'|"([^"\n]*)"|([^\s'"]+))((?: [^\n]*)?)$/.exec(command) ?? [];
  return { program: single ?? double ?? bare ?? '', rest };
}
