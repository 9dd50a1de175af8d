import type { Clock } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import { Backlog, backlogPrefix } from './backlog.ts';
import { isLater, parseChange, type StoredChange, serializeChange } from './storedChange.ts';
import type { SecretChange } from './windowGroup.ts';

/** Where the windows keep what they know each other by: never shared, since it is what sharing is allowed by. */
export const groupPrefix = 'group:';

/** What it is made from. */
export interface OwnSecretsPorts {
  readonly storage: SecretStorage;
  /** What the window knows of a key at the moment of writing. */
  readonly known: (key: string) => StoredChange | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What lies under a key. */
export interface OwnRecord {
  readonly change?: StoredChange;
  /** Whether it is about to be overwritten. */
  readonly isBusy: boolean;
}

/** How long after a refusal a storage is asked again, in milliseconds. */
export const retryDelay = 30_000;

/**
 * VS Code's secret storage as one window sees it, brought up to what the window knows. One write at a time, since a
 * browser writes its whole storage each time; what it refuses is tried again before the next write, or after a while.
 */
export class OwnSecrets implements Disposable {
  readonly #ports: OwnSecretsPorts;
  readonly #changed = new Emitter<string>();
  readonly #subscription: Disposable;
  /** How many writes of a key are under way. */
  readonly #writing = new Map<string, number>();
  /** Of these the storage lacks what is known, or may: it was refused, or has not been written yet. */
  readonly #missing = new Set<string>();
  /** What is to be removed, and has gone for whoever asks. */
  readonly #leaving = new Set<string>();
  readonly #backlog: Backlog;
  /** Settles when every write so far has ended. */
  #last: Promise<unknown> = Promise.resolve();
  #retry: Disposable | undefined;

  /** Fires with the key after the storage told of a change. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: OwnSecretsPorts) {
    this.#ports = ports;
    this.#backlog = new Backlog(ports.storage);
    this.#subscription = ports.storage.onDidChange(({ key }) => {
      if (this.holds(key)) {
        this.#changed.fire(key);
      }
    });
  }

  /** Whether a key is one that windows share. */
  holds(key: string): boolean {
    return !key.startsWith(groupPrefix) && !key.startsWith(backlogPrefix);
  }

  /** The keys that lie there, deletions among them. @throws what the storage throws */
  async keys(): Promise<readonly string[]> {
    return (await this.#ports.storage.keys()).filter((key) => this.holds(key) && !this.#leaving.has(key));
  }

  /**
   * What an earlier window has left unfinished: it is known from here on, and written before anything else is, or
   * after a while.
   *
   * @throws what the storage throws
   */
  async takeBacklog(): Promise<readonly SecretChange[]> {
    const changes = (await this.#backlog.take()).filter(({ key }) => this.holds(key));
    for (const { key } of changes) {
      this.#putOff(key);
    }
    return changes;
  }

  /** Writes nothing before this has resolved. Call it before anything is written. */
  holdUntil(ready: Promise<void>): void {
    this.#last = ready;
  }

  /** What lies there. @throws what the storage throws, unless what is known is about to be written there anyway */
  async read(key: string): Promise<OwnRecord> {
    let text: string | undefined;
    try {
      text = this.#leaving.has(key) ? undefined : await this.#ports.storage.get(key);
    } catch (error) {
      if (this.#isBusy(key)) {
        return { isBusy: true };
      }
      throw error;
    }
    return { isBusy: this.#isBusy(key), ...(text === undefined ? {} : { change: parseChange(text) }) };
  }

  /**
   * Writes a change, unless it lies there already or something later does. Without one, whatever is then known is
   * written. What was refused before goes first.
   *
   * @throws what the storage throws; what is known is then tried again
   */
  async write(key: string, change?: StoredChange): Promise<void> {
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    try {
      await this.#inTurn(() => this.#write(key, change));
    } finally {
      const left = (this.#writing.get(key) ?? 1) - 1;
      if (left > 0) {
        this.#writing.set(key, left);
      } else {
        this.#writing.delete(key);
      }
    }
  }

  /**
   * Writes what is known of some keys, where nobody minds if that fails. Never rejects; resolves when everything that
   * was to be written by now has been tried.
   */
  async catchUp(...keys: readonly string[]): Promise<void> {
    const [first] = keys;
    for (const key of keys) {
      this.#missing.add(key);
    }
    try {
      // The others go before the first, as all that is missing does.
      await (first === undefined ? this.#last : this.write(first));
    } catch (error) {
      this.#ports.log.warn('What windows share could not be written here', { reason: error });
    }
  }

  /** Removes what lies there, unless something is known by then. What was refused before goes first. Never rejects. */
  async drop(key: string): Promise<void> {
    this.#leaving.add(key);
    try {
      await this.#inTurn(async () => {
        await this.#bringUpMissing(key);
        if (this.#ports.known(key) === undefined) {
          await this.#ports.storage.delete(key);
        }
      });
    } catch (error) {
      this.#ports.log.debug('An old deletion could not be removed', { reason: error });
    } finally {
      this.#leaving.delete(key);
    }
  }

  dispose(): void {
    this.#retry?.dispose();
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  #isBusy(key: string): boolean {
    return this.#writing.has(key) || this.#missing.has(key);
  }

  #putOff(key: string): void {
    this.#missing.add(key);
    this.#retry ??= this.#ports.clock.setTimer(retryDelay, () => {
      this.#retry = undefined;
      void this.catchUp(...this.#missing);
    });
  }

  async #write(key: string, change: StoredChange | undefined): Promise<void> {
    try {
      await this.#bringUpMissing(key);
      await this.#bringUp(key, change ?? this.#ports.known(key));
    } catch (error) {
      // Before the next write begins, which has to know of it.
      this.#putOff(key);
      throw error;
    }
    await this.#clearBacklog();
  }

  /**
   * Whatever else is missing. Until it is written nothing else may be, since a browser writes its whole storage: what
   * is missing in one window's copy would be lost everywhere.
   */
  async #bringUpMissing(except: string): Promise<void> {
    const lacking = await this.#lacking();
    if (lacking.length > 1) {
      await this.#backlog.note(lacking);
    }
    for (const key of [...this.#missing]) {
      if (key !== except) {
        await this.#bringUp(key, this.#ports.known(key));
      }
    }
  }

  /** What is known and does not lie there, where there may be more than one such change. */
  async #lacking(): Promise<readonly SecretChange[]> {
    const missing = this.#missing.size > 1 ? [...this.#missing] : [];
    const changes: SecretChange[] = [];
    for (const key of missing) {
      const change = this.#ports.known(key);
      if (change && (await this.#lacks(key, change))) {
        changes.push({ key, ...change });
      }
    }
    return changes;
  }

  async #clearBacklog(): Promise<void> {
    if (this.#missing.size > 0) {
      return;
    }
    try {
      await this.#backlog.clear();
    } catch (error) {
      this.#ports.log.debug('What was noted to be written could not be removed', { reason: error });
    }
  }

  async #bringUp(key: string, change: StoredChange | undefined): Promise<void> {
    if (change && (await this.#lacks(key, change))) {
      await this.#ports.storage.store(key, serializeChange(change));
    }
    const known = this.#ports.known(key);
    // Something later may have become known meanwhile.
    if (!known || !isLater(known, change)) {
      this.#missing.delete(key);
    }
  }

  /** Whether nothing lies there that is as late as a change. */
  async #lacks(key: string, change: StoredChange): Promise<boolean> {
    const text = await this.#ports.storage.get(key);
    return isLater(change, text === undefined ? undefined : parseChange(text));
  }
}
