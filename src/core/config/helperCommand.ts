import { ownCommand } from '../credential/ownHelper.ts';
import { AuthError } from '../errors.ts';
import { type Shell, shellWord } from './shellWord.ts';

/** What a committed file says: the name only, which means nothing to whoever does not have MCP Auth. */
export const sharedHelper = `${ownCommand} headers`;

/** The terminal command of this machine, and the shell that will read the command. */
export interface Shim {
  /** Absolute. */
  readonly path: string;
  readonly shell: Shell;
}

/** What a file of the person says to Claude Code, which tells the helper the server in its environment. @throws AuthError `storage` */
export function personalHelper(shim: Shim): string {
  return `${program(shim)} headers`;
}

/**
 * What Codex's configuration says. Codex tells the helper nothing (mcp-json-facts §2), so that the command has to name the
 * server; a name that needs quotes is left out, since the URL is enough.
 *
 * @throws AuthError `storage` where the URL cannot be written into a command line
 */
export function codexHelper(
  shim: Shim,
  { name, url }: { readonly name: string; readonly url: string },
): string {
  const word = shellWord(url, shim.shell);
  if (word === undefined) {
    throw new AuthError(
      'storage',
      'The URL of the server has characters that cannot be written into a command line.',
    );
  }
  const server = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name) ? ` ${name}` : '';
  return `${program(shim)} headers${server} --url ${word} --as codex`;
}

/** Whether a command of Codex's configuration is one of {@link codexHelper}, of this machine or an earlier path. */
export function isCodexHelper(command: string): boolean {
  return /(?:^|[/\\])mcp-auth(?:\.cmd)?['"]? headers .*--as codex$/.test(command);
}

function program({ path, shell }: Shim): string {
  const word = shellWord(path, shell);
  if (word === undefined) {
    throw new AuthError('storage', 'The path of the terminal command cannot be written into a command line.');
  }
  return word;
}
