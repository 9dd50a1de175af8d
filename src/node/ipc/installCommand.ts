import { createHash, randomBytes } from 'node:crypto';
import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SessionLocks } from '../../core/session/sessionLocks.ts';
import { ensurePrivateFolder } from '../privateFolder.ts';

/** What the command is made of. */
export interface CommandParts {
  /** Where it is put: for nothing else, and the same for all windows and versions. Absolute. */
  readonly folder: string;
  /** The bundled script and those that it loads, in the folder of the extension, which changes with every version. */
  readonly scripts: readonly [main: string, ...others: string[]];
  /** The Node that runs it, or an Electron that can act as one: that of the extension host. */
  readonly execPath: string;
  /** Those that all windows share. */
  readonly locks: SessionLocks;
}

/** The names of the shims. The one without an ending is for POSIX shells, on Windows as well (Git Bash). */
const shims = { posix: 'mcp-auth', windows: 'mcp-auth.cmd' } as const;

/**
 * Makes `mcp-auth` a command of the given folder, which is to be put on the PATH. The shims stay where they are when
 * the extension is updated; what they run is a copy of the scripts, named after their content, so that a window of
 * another version never changes it under a command that starts just then. Several windows may do this at once.
 *
 * @throws the system's error, or an `Error` for a folder of somebody else
 */
export async function installCommand({ folder, scripts, execPath, locks }: CommandParts): Promise<void> {
  await ensurePrivateFolder(folder);
  const files = await Promise.all(
    scripts.map(async (path) => ({ name: basename(path), content: await readFile(path) })),
  );
  const hash = createHash('sha256');
  for (const { name, content } of files) {
    hash.update(JSON.stringify([name, content.length])).update(content);
  }
  const copy = `scripts-${hash.digest('hex').slice(0, 16)}`;
  const script = join(folder, copy, basename(scripts[0]));
  await locks.run(`command ${folder}`, async () => {
    // A command that starts just now may have read the shim already.
    const before = await readFile(join(folder, shims.posix), 'utf8').catch(() => '');
    await ensurePrivateFolder(join(folder, copy));
    for (const { name, content } of files) {
      await replace(join(folder, copy, name), content, 0o600);
    }
    await replace(join(folder, shims.posix), posixShim(execPath, script), 0o755);
    if (process.platform === 'win32') {
      await replace(join(folder, shims.windows), windowsShim(execPath, script), 0o755);
    }
    await clearCopies(folder, (name) => name !== copy && !before.includes(name));
  });
}

/**
 * A shim for POSIX shells. As VS Code's own command does, it keeps what a debugger wants of Node from its Node; with
 * `NODE_DEBUG` that would print the environment of the command that is run, and so its tokens.
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

/** A shim for Windows. */
export function windowsShim(execPath: string, script: string): string {
  const lines = [
    '@echo off',
    'setlocal DisableDelayedExpansion',
    'set "NODE_DEBUG="',
    'set "ELECTRON_RUN_AS_NODE=1"',
    `${quoteForBatch(execPath)} ${quoteForBatch(script)} %*`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

function quoteForShell(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** A path of Windows has no quotes. What stands between percent signs would be taken for a variable. */
function quoteForBatch(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** Puts a file in place at once, unless it is there already. */
async function replace(path: string, content: string | Buffer, mode: number): Promise<void> {
  const bytes = Buffer.from(content);
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(bytes)) {
    await chmod(path, mode);
    return;
  }
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode, flag: 'wx' });
    // What the process's umask has taken away.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Clears away copies that nothing runs any more. What cannot be removed is left alone. */
async function clearCopies(folder: string, isOld: (name: string) => boolean): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^scripts-[0-9a-f]{16}$/.test(name));
  await Promise.all(
    names
      .filter(isOld)
      .map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)),
  );
}
