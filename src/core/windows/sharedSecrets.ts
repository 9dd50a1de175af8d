import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { isLater, parseChange, type StoredChange, serializeChange } from './storedChange.ts';
import type { SecretChange, WindowGroup } from './windowGroup.ts';

/** Where the windows keep what they know each other by: never shared, since it is what sharing is allowed by. */
export const groupPrefix = 'group:';

/** What it is made from. */
export interface SharedSecretsPorts {
  /** VS Code's storage, as this window sees it. */
  readonly own: SecretStorage;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The secret storage that all windows of this machine share. On a desktop they have one; in a browser-hosted VS Code
 * each reads the storage once and writes back all that it knows, so that every window has to hold, and write,
 * everything. Every change carries a time; the later one holds, everywhere.
 *
 * A change is told to the other windows before it is written here, so that it survives the end of this one.
 */
export class SharedSecrets implements SecretStorage, Disposable {
  readonly #ports: SharedSecretsPorts;
  readonly #changed = new Emitter<{ readonly key: string }>();
  readonly #subscription: Disposable;
  /** The latest change of each key, deletions among them. */
  readonly #known = new Map<string, StoredChange>();
  /** How many writes of a key are under way: what the own storage says of it means nothing meanwhile. */
  readonly #writing = new Map<string, number>();
  /** Keys whose latest change from elsewhere the own storage has refused. Tried again with the next write. */
  readonly #refused = new Set<string>();
  /** Settles when every write so far has ended: one at a time, since a browser writes its whole storage each time. */
  #writes: Promise<unknown> = Promise.resolve();
  #loaded: Promise<void> | undefined;
  #group: WindowGroup | undefined;

  /** Fires after what is stored under a key was changed elsewhere. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: SharedSecretsPorts) {
    this.#ports = ports;
    this.#subscription = ports.own.onDidChange(({ key }) => {
      if (isShared(key)) {
        void this.#follow(key);
      }
    });
  }

  /** From here on changes go to the other windows as well. Call it once, before the first change. */
  join(group: WindowGroup): void {
    this.#group = group;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#latest(key)).change?.value ?? undefined;
  }

  async keys(): Promise<readonly string[]> {
    const own = (await this.#ports.own.keys()).filter(isShared);
    return [...new Set([...own, ...this.#known.keys()])].filter((key) => this.#known.get(key)?.value !== null);
  }

  async store(key: string, value: string): Promise<void> {
    await this.#change(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#change(key, null);
  }

  /** The latest change of every key. */
  async snapshot(): Promise<readonly SecretChange[]> {
    await this.#load();
    return [...this.#known].map(([key, change]) => ({ key, ...change }));
  }

  /** Takes over what another window says, where that is later. Never throws; resolves when it is written here. */
  async apply(changes: readonly SecretChange[]): Promise<void> {
    await this.#load();
    const taken = changes.filter(
      ({ key, at, value }) => isShared(key) && this.#take(key, { at, value }) !== undefined,
    );
    await Promise.all(
      taken.map(async ({ key }) => {
        await this.#catchUp(key);
      }),
    );
    for (const { key } of taken) {
      this.#changed.fire({ key });
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #change(key: string, value: string | null): Promise<void> {
    // Whoever has not heard the others yet would write back what they have replaced.
    await this.#load();
    await this.#group?.joined;
    const before = this.#known.get(key);
    const change = { at: Math.max(this.#ports.clock.now(), (before?.at ?? 0) + 1), value };
    this.#known.set(key, change);
    const told = this.#group?.announce([{ key, ...change }]);
    try {
      await this.#write(key);
    } catch (error) {
      if (this.#known.get(key) === change) {
        this.#restore(key, before);
      }
      throw error;
    } finally {
      await told;
    }
    for (const refused of this.#refused) {
      void this.#catchUp(refused);
    }
  }

  #restore(key: string, before: StoredChange | undefined): void {
    if (before === undefined) {
      this.#known.delete(key);
    } else {
      this.#known.set(key, before);
    }
  }

  /** Brings the own storage up to what is known of a key. Never throws: what it refuses is held in memory. */
  async #catchUp(key: string): Promise<void> {
    this.#refused.delete(key);
    try {
      await this.#write(key);
    } catch (error) {
      this.#refused.add(key);
      this.#ports.log.warn('What another window has stored could not be written here', { reason: error });
    }
  }

  /** Writes what is known of a key to the own storage, unless it lies there already. */
  async #write(key: string): Promise<void> {
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    const write = this.#writes.then(async () => {
      const { own } = this.#ports;
      const change = this.#known.get(key);
      if (change === undefined) {
        return;
      }
      const text = change.value === null ? undefined : serializeChange(change.at, change.value);
      if ((await own.get(key)) !== text) {
        await (text === undefined ? own.delete(key) : own.store(key, text));
      }
    });
    this.#writes = write.catch(() => undefined);
    try {
      await write;
    } finally {
      this.#writing.set(key, (this.#writing.get(key) ?? 1) - 1);
    }
  }

  /** Whether what the own storage says of a key may be taken for what became of it. */
  #isCurrent(key: string): boolean {
    return (this.#writing.get(key) ?? 0) === 0 && !this.#refused.has(key);
  }

  /** What a change in the own storage means: another machine's window has made it, or this one. */
  async #follow(key: string): Promise<void> {
    try {
      const { isNew } = await this.#latest(key);
      if (isNew) {
        this.#changed.fire({ key });
      }
    } catch (error) {
      this.#ports.log.error('The secret storage could not be read', { reason: error });
    }
  }

  /** The latest change of a key, after a look at the own storage; and whether that look brought it. */
  async #latest(key: string): Promise<{ readonly change: StoredChange | undefined; readonly isNew: boolean }> {
    const before = this.#known.get(key);
    const text = await this.#ports.own.get(key);
    if (!this.#isCurrent(key) || this.#known.get(key) !== before) {
      return { change: this.#known.get(key), isNew: false };
    }
    if (text !== undefined) {
      const stored = parseChange(text);
      const taken = this.#take(key, stored);
      if (taken === undefined && isLater(before ?? stored, stored)) {
        // Another machine has written at the same time, and lost.
        void this.#catchUp(key);
      }
      return { change: taken ?? before, isNew: taken !== undefined };
    }
    if (before === undefined || before.value === null) {
      return { change: before, isNew: false };
    }
    const deletion = { at: Math.max(this.#ports.clock.now(), before.at + 1), value: null };
    this.#known.set(key, deletion);
    return { change: deletion, isNew: true };
  }

  /** @returns the change, if it is later than what is known */
  #take(key: string, change: StoredChange): StoredChange | undefined {
    if (!isLater(change, this.#known.get(key))) {
      return undefined;
    }
    this.#known.set(key, change);
    return change;
  }

  /** Reads the own storage, once. A storage that does not answer has nothing to share, and is asked again. */
  async #load(): Promise<void> {
    this.#loaded ??= this.#readAll();
    await this.#loaded;
  }

  async #readAll(): Promise<void> {
    try {
      const keys = (await this.#ports.own.keys()).filter(isShared);
      await Promise.all(keys.map((key) => this.#latest(key)));
    } catch (error) {
      this.#loaded = undefined;
      this.#ports.log.error('The secret storage could not be read', { reason: error });
    }
  }
}

function isShared(key: string): boolean {
  return !key.startsWith(groupPrefix);
}
