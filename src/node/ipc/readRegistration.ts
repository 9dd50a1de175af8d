import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { largestRegistration, parseRegistration, type Registration } from './registration.ts';

type Warn = (sentence: string) => void;

/** Whether a folder is there in which only this user can put something. Warns of one that is not like that. */
export function safeFolder(path: string, warn: Warn): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) {
    return false;
  }
  const isSafe = stats.isDirectory() && isOwn(stats) && (isWindows || (stats.mode & 0o022) === 0);
  if (!isSafe) {
    warn(`${quote(path)} is ignored: it has to be a folder of yours in which nobody else can write.`);
  }
  return isSafe;
}

/** Reads what a window has registered. Warns of a file that others could have written or read. */
export function readRegistration(path: string, warn: Warn): Registration | undefined {
  try {
    const text = readPrivately(path);
    if (text === undefined) {
      warn(`${quote(path)} is ignored: it has to be a small file that only you can read (mode 0600).`);
      return undefined;
    }
    return parseRegistration(text);
  } catch (error) {
    // A window that has ended takes its file with it.
    if (!hasCode(error, 'ENOENT')) {
      warn(
        `${quote(path)} is ignored: ${hasCode(error, 'ELOOP') ? 'it is a link.' : `it ${problem(error)}`}`,
      );
    }
    return undefined;
  }
}

const isWindows = process.platform === 'win32';

/** @returns nothing for what others could have written or read @throws the system's error */
function readPrivately(path: string): string | undefined {
  // A pipe in the place of a file would make us wait.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = openSync(path, isWindows ? 'r' : O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    const isPrivate = isOwn(stats) && (isWindows || (stats.mode & 0o077) === 0);
    return stats.isFile() && stats.size <= largestRegistration && isPrivate
      ? readFileSync(file, 'utf8')
      : undefined;
  } finally {
    closeSync(file);
  }
}

function isOwn({ uid }: Stats): boolean {
  return isWindows || uid === process.getuid?.();
}

function problem(error: unknown): string {
  return error instanceof Error && 'code' in error
    ? `cannot be read (${String(error.code)}).`
    : 'is from another version of MCP Auth; reload that window.';
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function quote(path: string): string {
  return JSON.stringify(path);
}
