import { hashedKey, type SecretStorage } from './secretStorage.ts';

/** What the keys begin with under which records are kept that could not be read. */
export const asidePrefix = 'aside:';

/**
 * Keeps a record that cannot be read when another takes its place: another version may read it one day, and nothing
 * disappears without a trace.
 *
 * @throws what the storage throws; then nothing may take its place
 */
export async function putAside(secrets: SecretStorage, key: string, text: string): Promise<void> {
  await secrets.store(await hashedKey(asidePrefix, key, text), text);
}
