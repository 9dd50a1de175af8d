/**
 * A file system's path as Claude Code writes it in the keys of `~/.claude.json`: with slashes, and on Windows with the drive
 * in upper case, as it is in every terminal. VS Code has it in lower case.
 */
export function claudeProjectKey(path: string): string {
  const isWindows = /^(?:[A-Za-z]:|\\\\)/.test(path);
  return isWindows ? path.replaceAll('\\', '/').replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : path;
}

/**
 * The key by which a file knows a project. Claude Code's own VS Code extension writes the drive in lower case, so that one
 * folder may be there under either name (anthropics/claude-code#67749): the one that is asked for comes first.
 */
export function presentProjectKey(key: string, isPresent: (key: string) => boolean): string {
  const drive = /^[A-Za-z]:/.exec(key)?.[0];
  if (drive === undefined || isPresent(key)) {
    return key;
  }
  const upper = drive.toUpperCase();
  const other = `${drive === upper ? drive.toLowerCase() : upper}${key.slice(drive.length)}`;
  return isPresent(other) ? other : key;
}
