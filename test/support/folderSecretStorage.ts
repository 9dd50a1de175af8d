import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretStorage } from '../../src/core/session/secretStorage.ts';

/**
 * Secret storage that several processes share, as the windows of a desktop share one keyring: a file per key in a
 * temporary folder. Tells of no changes, like a keyring whose events are late.
 */
export function createFolderSecretStorage(folder: string): SecretStorage {
  mkdirSync(folder, { recursive: true });
  const place = (key: string) => join(folder, encodeURIComponent(key));
  return {
    onDidChange: () => ({ dispose: () => undefined }),
    async get(key) {
      try {
        return await readFile(place(key), 'utf8');
      } catch {
        return undefined;
      }
    },
    async store(key, value) {
      const draft = join(folder, `.${randomUUID()}`);
      await writeFile(draft, value);
      await rename(draft, place(key));
    },
    async delete(key) {
      await rm(place(key), { force: true });
    },
    async keys() {
      const names = await readdir(folder);
      return names.filter((name) => !name.startsWith('.')).map(decodeURIComponent);
    },
  };
}
