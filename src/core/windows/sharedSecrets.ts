import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { OwnSecrets, retryDelay } from './ownSecrets.ts';
import { isLater, type StoredChange } from './storedChange.ts';
import type { SecretChange, WindowGroup } from './windowGroup.ts';

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
 * everything. Every change carries a time; the later one holds, everywhere. Nothing disappears without a change:
 * what a storage has lost is written again.
 *
 * A change is told to the other windows while it is written here, so that it survives the end of this one.
 */
export class SharedSecrets implements SecretStorage, Disposable {
  readonly #clock: Clock;
  readonly #own: OwnSecrets;
  readonly #changed = new Emitter<{ readonly key: string }>();
  /** The latest change of each key, deletions among them. */
  readonly #known = new Map<string, StoredChange>();
  readonly #subscription: Disposable;
  #loaded: Promise<void> | undefined;
  #retry: Disposable | undefined;
  #group: WindowGroup | undefined;
  #hasHeardOthers = true;

  /** Fires after what is stored under a key was changed elsewhere. */
  readonly onDidChange = this.#changed.event;

  constructor({ own, clock, log }: SharedSecretsPorts) {
    this.#clock = clock;
    this.#own = new OwnSecrets({ storage: own, known: (key) => this.#known.get(key), clock, log });
    this.#subscription = this.#own.onDidChange((key) => void this.#follow(key));
  }

  /**
   * From here on changes go to the other windows as well, and nothing is read or written before they are heard. Call
   * it once, before anything else.
   */
  join(group: WindowGroup): void {
    this.#group = group;
    this.#hasHeardOthers = false;
    const heard = group.joined.then(() => {
      this.#hasHeardOthers = true;
    });
    this.#own.holdUntil(heard);
  }

  async get(key: string): Promise<string | undefined> {
    await this.#hearOthers();
    await this.#look(key);
    return this.#known.get(key)?.value ?? undefined;
  }

  lastHeard(key: string): string | null | undefined {
    return this.#known.get(key)?.value;
  }

  async keys(): Promise<readonly string[]> {
    await this.#hearOthers();
    const added = (await this.#own.keys()).filter((key) => !this.#known.has(key));
    await Promise.all(added.map((key) => this.#look(key)));
    return [...this.#known].flatMap(([key, { value }]) => (value === null ? [] : [key]));
  }

  async store(key: string, value: string): Promise<void> {
    await this.#hearOthers();
    const change = this.#next(key, value);
    this.#known.set(key, change);
    const told = this.#group?.announce([{ key, ...change }]);
    try {
      // Even if this fails, the change is known here and there, and written as soon as the storage can.
      await this.#own.write(key);
    } finally {
      await told;
    }
  }

  /** Tells the others only after it is done: what could not be deleted is still there, in all windows. */
  async delete(key: string): Promise<void> {
    await this.#hearOthers();
    const change = this.#next(key, null);
    await this.#own.write(key, change);
    this.#take(key, change);
    await this.#group?.announce([{ key, ...change }]);
  }

  /** The latest change of every key. */
  async snapshot(): Promise<readonly SecretChange[]> {
    await this.#load();
    return [...this.#known].map(([key, change]) => ({ key, ...change }));
  }

  /**
   * Takes over what another window says, where that is later. Never rejects; resolves when it is written here, or is
   * to be written before anything else is: a newcomer does not write what one window says before it has heard all,
   * since its copy would take back what the others have written meanwhile.
   */
  async apply(changes: readonly SecretChange[]): Promise<void> {
    await this.#load();
    const taken = changes.filter(
      ({ key, at, value }) => this.#own.holds(key) && this.#take(key, { at, value }),
    );
    if (taken.length > 0) {
      // Whoever told of them may have ended before it could tell everybody.
      void this.#group?.announce(taken);
    }
    const written = this.#own.catchUp(...taken.map(({ key }) => key));
    if (this.#hasHeardOthers) {
      await written;
    }
    for (const { key } of taken) {
      this.#changed.fire({ key });
    }
  }

  dispose(): void {
    this.#retry?.dispose();
    this.#subscription.dispose();
    this.#own.dispose();
    this.#changed.dispose();
  }

  /** Whoever has not heard the others yet would use, and write back, what they have replaced. */
  async #hearOthers(): Promise<void> {
    await this.#load();
    await this.#group?.joined;
  }

  /** A change that is later than what is known. */
  #next(key: string, value: string | null): StoredChange {
    return { at: Math.max(this.#clock.now(), (this.#known.get(key)?.at ?? 0) + 1), value };
  }

  /** The own storage tells of a change: another machine's window has made it, or this one. */
  async #follow(key: string): Promise<void> {
    try {
      if (await this.#look(key)) {
        this.#changed.fire({ key });
      }
    } catch {
      // Nothing is known to have changed; whoever asks for the value hears that it cannot be read.
    }
  }

  /** Looks at the own storage. @returns whether it has something later than what is known */
  async #look(key: string): Promise<boolean> {
    const { change, isBusy } = await this.#own.read(key);
    if (change !== undefined && this.#take(key, change)) {
      return true;
    }
    const known = this.#known.get(key);
    const isLost = known?.value !== null && change === undefined;
    if (!isBusy && known !== undefined && (isLost || (change && isLater(known, change)))) {
      // It was lost, or another machine has written at the same time and is to lose.
      void this.#own.catchUp(key);
    }
    return false;
  }

  /** @returns whether the change is later than what is known */
  #take(key: string, change: StoredChange): boolean {
    if (!isLater(change, this.#known.get(key))) {
      return false;
    }
    this.#known.set(key, change);
    return true;
  }

  /** Reads the own storage, once. One that does not answer has nothing to share, and is asked again in a while. */
  async #load(): Promise<void> {
    this.#loaded ??= this.#readAll();
    await this.#loaded;
  }

  async #readAll(): Promise<void> {
    try {
      const [keys, backlog] = await Promise.all([this.#own.keys(), this.#own.takeBacklog()]);
      await Promise.all(keys.map((key) => this.#look(key)));
      for (const { key, ...change } of backlog) {
        this.#take(key, change);
      }
      this.#forgetOldDeletions();
    } catch {
      this.#loaded = undefined;
      this.#retry ??= this.#clock.setTimer(retryDelay, () => void this.#loadAgain());
    }
  }

  async #loadAgain(): Promise<void> {
    this.#retry = undefined;
    await this.#load();
    for (const key of this.#known.keys()) {
      this.#changed.fire({ key });
    }
  }

  #forgetOldDeletions(): void {
    for (const [key, { at, value }] of this.#known) {
      if (value === null && at < this.#clock.now() - deletionLife) {
        this.#known.delete(key);
        void this.#own.drop(key);
      }
    }
  }
}

/** How long a deletion is remembered, in milliseconds: 30 days. No window stays open, unheard, for longer. */
const deletionLife = 30 * 24 * 3_600_000;
