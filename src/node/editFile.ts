import { chmod, mkdir, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuthError } from '../core/errors.ts';
import { renameOver } from './renameOver.ts';

/** How a file of another program is changed. */
export interface EditFileOptions {
  /**
   * Whether Claude Code's own lock is taken (`<file>.lock`, by proper-lockfile, as `saveConfigWithLock` of 2.1.332 does), so
   * that it neither overwrites the change nor is overwritten.
   */
  readonly lock: 'claudeCode' | 'none';
  /** Whether a file that is not there is made, for this user only. */
  readonly ifAbsent: 'create' | 'refuse';
  /** What the file is called in sentences. */
  readonly name: string;
}

/** What was in a file, and what is there now. */
export interface EditedFile {
  readonly before: string;
  readonly after: string;
}

/** How often it is tried again where somebody else writes at the same moment. */
const tries = 5;

/**
 * Changes a text file at once: what is in it at this moment is read, edited, and replaced by a rename, so that nobody ever
 * sees half of it. Its mode stays; a symbolic link stays one. An edit that throws changes nothing.
 *
 * @throws AuthError `storage` where it cannot be read or written, or what the edit throws
 */
export async function editFile(
  path: string,
  edit: (text: string) => string,
  options: EditFileOptions,
): Promise<EditedFile> {
  const real = await realPath(path, options);
  const release = options.lock === 'claudeCode' ? await lock(path, options) : undefined;
  try {
    for (let left = tries; left > 0; left--) {
      const before = await read(real, options);
      const after = edit(before ?? '');
      if (after === before || (await replace(real, { before, after }, options))) {
        return { before: before ?? '', after };
      }
    }
    throw new AuthError('storage', `${options.name} is being written by another program. Try again.`);
  } finally {
    await release?.();
  }
}

async function realPath(path: string, { ifAbsent, name }: EditFileOptions): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!isAbsent(cause) || ifAbsent === 'refuse') {
      throw new AuthError('storage', `${name} is not there, or cannot be read.`, { cause });
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return path;
  }
}

async function lock(path: string, { name }: EditFileOptions): Promise<() => Promise<void>> {
  // Loaded at first use, because it hooks the exit of the process.
  const lockfile = await import('proper-lockfile');
  try {
    return await lockfile.lock(path, {
      realpath: false,
      lockfilePath: `${path}.lock`,
      retries: { retries: 15, minTimeout: 20, maxTimeout: 400, randomize: true },
      // The text is compared before it is replaced.
      onCompromised: () => undefined,
    });
  } catch (cause) {
    throw new AuthError('storage', `${name} is locked by another program. Try again.`, { cause });
  }
}

/** @returns `undefined` where there is none */
async function read(path: string, { name }: EditFileOptions): Promise<string | undefined> {
  try {
    // What is not UTF-8 could not be written back as it was.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (cause) {
    if (isAbsent(cause)) {
      return undefined;
    }
    throw new AuthError('storage', `${name} cannot be read.`, { cause });
  }
}

/** @returns whether the file still was what it was when it was read */
async function replace(
  path: string,
  { before, after }: { readonly before: string | undefined; readonly after: string },
  options: EditFileOptions,
): Promise<boolean> {
  const temporary = `${path}.${process.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const mode = before === undefined ? 0o600 : (await stat(path)).mode & 0o777;
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(after);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, mode);
    if ((await read(path, options)) !== before) {
      await rm(temporary);
      return false;
    }
    await renameOver(temporary, path);
    return true;
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause instanceof AuthError
      ? cause
      : new AuthError('storage', `${options.name} cannot be written.`, { cause });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
