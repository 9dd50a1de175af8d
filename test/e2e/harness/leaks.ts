import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Shorter values (a user name, a scope) occur by chance. */
const minimumLength = 16;

/** Whether a search for a secret can mean something. */
export function isSearchable({ length }: string): boolean {
  return length >= minimumLength;
}

/** The files below a folder, settings, state and logs among them, that hold one of the secrets in the clear. */
export async function filesWithSecrets(
  folder: string,
  secrets: ReadonlySet<string>,
): Promise<readonly string[]> {
  const needles = [...secrets].filter(isSearchable);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'latin1');
    if (needles.some((needle) => text.includes(needle) || text.includes(encodeURIComponent(needle)))) {
      found.push(path);
    }
  }
  return found;
}
