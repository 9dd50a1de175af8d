import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, by its real path, and how to remove it with everything in it. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Makes a folder below the system's temporary one. It is gone at the latest when this process exits. */
export async function createTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), prefix)));
  // A process that has just ended may still have had a file open (Windows), or be writing its last (Linux).
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
  const removeNow = () => rmSync(path, options);
  process.once('exit', removeNow);
  return {
    path,
    remove: async () => {
      await rm(path, options);
      process.off('exit', removeNow);
    },
  };
}
