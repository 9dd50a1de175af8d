import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { parseChange, type StoredChange, serializeChange } from './storedChange.ts';

/** Where the windows keep what they know each other by: never shared, since it is what sharing is allowed by. */
export const groupPrefix = 'group:';

/**
 * VS Code's secret storage as one window sees it, brought up to what the window knows. One write at a time, since a
 * browser writes its whole storage each time; what it refuses is tried again with the next write.
 */
export class OwnSecrets implements Disposable {
  readonly #storage: SecretStorage;
  readonly #known: (key: string) => StoredChange | undefined;
  readonly #log: Log;
  readonly #changed = new Emitter<string>();
  readonly #subscription: Disposable;
  /** How many writes of a key are under way. */
  readonly #writing = new Map<string, number>();
  readonly #refused = new Set<string>();
  /** Settles when every write so far has ended. */
  #last: Promise<unknown> = Promise.resolve();

  /** Fires with the key after the storage told of a change. */
  readonly onDidChange = this.#changed.event;

  /** @param known what the window knows of a key at the moment of writing */
  constructor(storage: SecretStorage, known: (key: string) => StoredChange | undefined, log: Log) {
    this.#storage = storage;
    this.#known = known;
    this.#log = log;
    this.#subscription = storage.onDidChange(({ key }) => {
      if (this.holds(key)) {
        this.#changed.fire(key);
      }
    });
  }

  /** Whether a key is one that windows share. */
  holds(key: string): boolean {
    return !key.startsWith(groupPrefix);
  }

  /** The keys that lie there, deletions among them. @throws what the storage throws */
  async keys(): Promise<readonly string[]> {
    return (await this.#storage.keys()).filter((key) => this.holds(key));
  }

  /**
   * What lies there; `busy` while that says nothing, since it is about to be overwritten.
   *
   * @throws what the storage throws
   */
  async read(key: string): Promise<StoredChange | 'busy' | undefined> {
    const text = await this.#storage.get(key);
    if ((this.#writing.get(key) ?? 0) > 0 || this.#refused.has(key)) {
      return 'busy';
    }
    return text === undefined ? undefined : parseChange(text);
  }

  /**
   * Writes what is known of a key, unless it lies there already.
   *
   * @throws what the storage throws; it is then tried again with the next write, for as long as it is what is known
   */
  async write(key: string): Promise<void> {
    try {
      await this.#write(key);
      this.#refused.delete(key);
    } catch (error) {
      this.#refused.add(key);
      throw error;
    }
    for (const refused of this.#refused) {
      void this.catchUp(refused);
    }
  }

  /** The same, where nobody waits for it. Never rejects. */
  async catchUp(key: string): Promise<void> {
    this.#refused.delete(key);
    try {
      await this.#write(key);
    } catch (error) {
      this.#refused.add(key);
      this.#log.warn('What windows share could not be written here', { reason: error });
    }
  }

  /** Removes what lies there. Never rejects. */
  async drop(key: string): Promise<void> {
    try {
      await this.#storage.delete(key);
    } catch (error) {
      this.#log.debug('An old deletion could not be removed', { reason: error });
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #write(key: string): Promise<void> {
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    const write = this.#last.then(async () => {
      const change = this.#known(key);
      const text = change && serializeChange(change);
      if (text !== undefined && (await this.#storage.get(key)) !== text) {
        await this.#storage.store(key, text);
      }
    });
    this.#last = write.catch(() => undefined);
    try {
      await write;
    } finally {
      this.#writing.set(key, (this.#writing.get(key) ?? 1) - 1);
    }
  }
}
