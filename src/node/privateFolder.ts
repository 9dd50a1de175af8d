import { chmod, lstat, mkdir } from 'node:fs/promises';

/**
 * Makes a folder that only this user can enter, or makes sure that the one that is there is such a folder. Windows
 * has no modes: there a folder is as private as the one it lies in.
 *
 * @throws the system's error, or an `Error` for what is no folder of this user
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const before = await lstat(path);
  if (!before.isDirectory()) {
    throw new Error(`${JSON.stringify(path)} is no folder.`);
  }
  if (process.platform === 'win32') {
    return;
  }
  if (before.uid !== process.getuid?.()) {
    throw new Error(`${JSON.stringify(path)} belongs to another user.`);
  }
  if ((before.mode & 0o777) !== 0o700) {
    await chmod(path, 0o700);
  }
}
