import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { AuthError } from '../core/errors.ts';

/**
 * Reads a small text file that the user has named. Links are followed, since platforms that replace a token replace
 * a link; anything else than a file is refused, since reading a pipe may never end.
 *
 * @param limit in bytes
 * @throws AuthError `invalid_setting`
 */
export async function readTokenFile(path: string, limit: number): Promise<string> {
  const what = `The token file ${JSON.stringify(path)}`;
  if (!isAbsolute(path)) {
    throw new AuthError('invalid_setting', `${what} has to be named by its absolute path.`);
  }
  const content = await read(path, limit).catch((error) => {
    throw new AuthError('invalid_setting', `${what} cannot be read${reason(error)}.`, { cause: error });
  });
  if (content === undefined) {
    throw new AuthError('invalid_setting', `${what} is no file of at most ${limit / 1024} KB.`);
  }
  return content;
}

async function read(path: string, limit: number): Promise<string | undefined> {
  // Without blocking: opening a pipe would wait for its other end.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      return undefined;
    }
    const buffer = new Uint8Array(limit + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return bytesRead > limit ? undefined : new TextDecoder().decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return ': it does not exist';
    case 'EACCES':
    case 'EPERM':
      return ': permission is denied';
    default:
      return '';
  }
}
