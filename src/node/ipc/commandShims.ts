import { win32 } from 'node:path';

/**
 * A shim for POSIX shells. Like the other one, it keeps what a debugger wants of Node from its Node; with `NODE_DEBUG` that
 * would print the environment of the command that is run, and so its tokens.
 */
export function posixShim(execPath: string, script: string): string {
  const lines = [
    '#!/bin/sh',
    'export MCPAUTH_NODE_OPTIONS="$NODE_OPTIONS"',
    'export MCPAUTH_NODE_DEBUG="$NODE_DEBUG"',
    'unset NODE_OPTIONS NODE_DEBUG',
    `ELECTRON_RUN_AS_NODE=1 exec ${quoteForShell(execPath)} ${quoteForShell(script)} "$@"`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What a shim for Windows runs, and the folder that it lies in: absolute paths. */
export interface WindowsShimParts {
  readonly folder: string;
  readonly execPath: string;
  readonly script: string;
}

/**
 * A shim for Windows. `cmd` reads it in the code page of the machine, so that a path with other characters than ASCII, such
 * as that of a user with an umlaut, is written as the way from where the shim lies. Where that has them as well, the
 * terminal is switched to UTF-8.
 */
export function windowsShim({ folder, execPath, script }: WindowsShimParts): string {
  const paths = [execPath, script].map((path) => (isAscii(path) ? path : fromHere(folder, path)));
  const isRelative = paths.some((path) => path.startsWith(here));
  const lines = [
    '@echo off',
    // In a subroutine only, `%~dp0` is where the file lies, also for who writes its name in quotes.
    ...(isRelative ? ['goto :start', ':folder', 'set "MCPAUTH_FOLDER=%~dp0"', 'exit /b', ':start'] : []),
    // Between exclamation marks a value may have any characters. The arguments must not be read in this way.
    'setlocal EnableDelayedExpansion',
    'set "MCPAUTH_NODE_OPTIONS=!NODE_OPTIONS!"',
    'set "MCPAUTH_NODE_DEBUG=!NODE_DEBUG!"',
    'set "NODE_OPTIONS="',
    'set "NODE_DEBUG="',
    'setlocal DisableDelayedExpansion',
    ...(isRelative ? ['call :folder'] : []),
    ...(paths.every(isAscii) ? [] : ['"%SystemRoot%\\System32\\chcp.com" 65001 >nul']),
    'set "ELECTRON_RUN_AS_NODE=1"',
    // The last line, whose exit code is that of the file.
    `${paths.map(quoteForBatch).join(' ')} %*`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** What a path begins with that the shim works out. No path does. */
const here = '%MCPAUTH_FOLDER%';

/** On another drive there is no way but the absolute one. */
function fromHere(folder: string, path: string): string {
  const way = win32.relative(folder, path);
  return win32.isAbsolute(way) ? path : `${here}${way}`;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function quoteForShell(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** A path of Windows has no quotes. What stands between percent signs would be taken for a variable. */
function quoteForBatch(path: string): string {
  const start = path.startsWith(here) ? here : '';
  return `"${start}${path.slice(start.length).replaceAll('%', '%%')}"`;
}
