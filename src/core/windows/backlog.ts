import * as v from 'valibot';
import { hashedKey, type SecretStorage } from '../session/secretStorage.ts';
import type { SecretChange } from './windowGroup.ts';

/** What the key begins with under which a window notes what its storage lacks. */
export const backlogPrefix = 'backlog:';

const record = v.object({
  version: v.literal(1),
  changes: v.array(
    v.object({ key: v.string(), at: v.pipe(v.number(), v.finite()), value: v.nullable(v.string()) }),
  ),
});

/**
 * Several changes that a window's storage lacks, as one record of it. A browser writes its whole storage each time:
 * with the first of them it would take back the others, which another window may have written already. With this
 * record written first, nothing is missing from then on, whenever the window ends. Holds secrets.
 */
export class Backlog {
  readonly #storage: SecretStorage;
  /** Whether nothing is there that only an earlier window has known. */
  #isTaken = false;
  #mayBeThere = false;

  constructor(storage: SecretStorage) {
    this.#storage = storage;
  }

  /** What an earlier window has left. Until this has succeeded the record is not removed. @throws what the storage throws */
  async take(): Promise<readonly SecretChange[]> {
    const changes = await this.#read();
    this.#isTaken = true;
    return changes;
  }

  /** Takes the place of what was noted before, unless nobody has taken that. @throws what the storage throws */
  async note(changes: readonly SecretChange[]): Promise<void> {
    const left = this.#isTaken ? [] : await this.#read();
    const text = JSON.stringify({ version: 1, changes: [...left, ...changes] });
    await this.#storage.store(await hashedKey(backlogPrefix, 'windows'), text);
    this.#mayBeThere = true;
  }

  /** Removes the record, where there may be one. @throws what the storage throws; call it again then */
  async clear(): Promise<void> {
    if (this.#isTaken && this.#mayBeThere) {
      await this.#storage.delete(await hashedKey(backlogPrefix, 'windows'));
      this.#mayBeThere = false;
    }
  }

  async #read(): Promise<readonly SecretChange[]> {
    const key = (await this.#storage.keys()).find((one) => one.startsWith(backlogPrefix));
    const text = key === undefined ? undefined : await this.#storage.get(key);
    if (text === undefined) {
      this.#isTaken = true;
      return [];
    }
    this.#mayBeThere = true;
    return parseBacklog(text);
  }
}

/** What cannot be read was not noted by this version, and says nothing. */
function parseBacklog(text: string): readonly SecretChange[] {
  try {
    return v.parse(record, JSON.parse(text)).changes;
  } catch {
    return [];
  }
}
