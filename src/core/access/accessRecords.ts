import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import { putAside } from '../session/putAside.ts';
import type { SecretStorage } from '../session/secretStorage.ts';
import {
  type AccessPair,
  type AccessRecordKind,
  pairId,
  recordKey,
  serializeRecord,
} from './accessRecord.ts';

/** What the records need. */
export interface AccessRecordsPorts {
  /** That of all windows. Server URLs may hold secrets. */
  readonly secrets: SecretStorage;
  readonly log: Log;
}

/**
 * All records of one kind: held in memory for synchronous reading, written through to secret storage. What could not
 * be written holds in this window, and is written with the next record. Changes made elsewhere arrive by the
 * storage's events, or by {@link reload}.
 */
export class AccessRecords<T extends AccessPair> implements Disposable {
  readonly #kind: AccessRecordKind<T>;
  readonly #ports: AccessRecordsPorts;
  /** By {@link pairId}. */
  readonly #records = new Map<string, T>();
  readonly #unsaved = new Set<string>();
  /** By keys of the storage. */
  readonly #ids = new Map<string, string>();
  readonly #unreadable = new Map<string, string>();
  /** Counts what was written under a key, so that a slow read never undoes it. */
  readonly #revisions = new Map<string, number>();
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;
  #writing: Promise<void> = Promise.resolve();

  /** Fires after {@link get} or {@link all} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  constructor(kind: AccessRecordKind<T>, ports: AccessRecordsPorts) {
    this.#kind = kind;
    this.#ports = ports;
    this.#subscription = ports.secrets.onDidChange(({ key }) => {
      if (key.startsWith(kind.prefix)) {
        void this.#readAll([key]);
      }
    });
  }

  /** The record of a pair, by {@link pairId}. */
  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  get all(): readonly T[] {
    return [...this.#records.values()];
  }

  /** Reads every record again. A storage that does not answer changes nothing. @returns whether it has answered */
  async reload(): Promise<boolean> {
    try {
      const keys = (await this.#ports.secrets.keys()).filter((key) => key.startsWith(this.#kind.prefix));
      return await this.#readAll([...new Set([...keys, ...this.#ids.keys()])]);
    } catch (error) {
      this.#ports.log.error('The secret storage could not be listed', { reason: error });
      return false;
    }
  }

  /** Replaces the record of a pair: at once in memory. Settles when writing it was tried; never rejects. */
  async put(record: T): Promise<void> {
    const id = pairId(record);
    this.#records.set(id, record);
    this.#unsaved.add(id);
    this.#changed.fire();
    await this.#inTurn(() => this.#writeUnsaved());
  }

  /**
   * Forgets the record of a pair, by {@link pairId}.
   *
   * @throws AuthError `storage` when the storage refuses; the record then stays
   */
  async remove(id: string): Promise<void> {
    const record = this.#records.get(id);
    if (record === undefined) {
      return;
    }
    const key = await recordKey(this.#kind.prefix, record);
    const failure = await this.#inTurn(() => this.#delete(key, id));
    if (failure) {
      throw failure;
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** One write after the other, so that the storage ends with the latest. */
  async #inTurn<R>(write: () => Promise<R>): Promise<R> {
    const result = this.#writing.then(write);
    this.#writing = result.then(
      () => undefined,
      () => undefined,
    );
    return await result;
  }

  async #writeUnsaved(): Promise<void> {
    for (const id of [...this.#unsaved]) {
      const record = this.#records.get(id);
      if (record !== undefined) {
        await this.#write(id, record);
      }
    }
  }

  async #write(id: string, record: T): Promise<void> {
    const { secrets, log } = this.#ports;
    const key = await recordKey(this.#kind.prefix, record);
    this.#ids.set(key, id);
    try {
      const unreadable = this.#unreadable.get(key);
      if (unreadable !== undefined) {
        await putAside(secrets, key, unreadable);
        this.#unreadable.delete(key);
      }
      await secrets.store(key, serializeRecord(record));
    } catch (error) {
      log.warn('Who may use a credential could not be saved, and holds in this window only', {
        reason: error,
      });
      return;
    }
    this.#touch(key);
    if (this.#records.get(id) === record) {
      this.#unsaved.delete(id);
    }
  }

  async #delete(key: string, id: string): Promise<AuthError | undefined> {
    try {
      await this.#ports.secrets.delete(key);
    } catch (cause) {
      return new AuthError('storage', 'VS Code could not forget who may use this credential.', { cause });
    }
    this.#touch(key);
    this.#records.delete(id);
    this.#unsaved.delete(id);
    return undefined;
  }

  async #readAll(keys: readonly string[]): Promise<boolean> {
    const readings = await Promise.all(keys.map((key) => this.#read(key)));
    if (readings.includes('changed')) {
      this.#changed.fire();
    }
    return !readings.includes('failed');
  }

  /** Brings memory in line with one record. Never throws. */
  async #read(key: string): Promise<'changed' | 'failed' | 'same'> {
    const { secrets, log } = this.#ports;
    const revision = this.#revisions.get(key);
    let text: string | undefined;
    try {
      text = await secrets.get(key);
    } catch (error) {
      log.error('The secret storage could not be read', { reason: error });
      return 'failed';
    }
    const record = text === undefined ? undefined : await this.#parse(key, text);
    if (revision !== this.#revisions.get(key)) {
      // What was read may be older than what was written here meanwhile.
      return await this.#read(key);
    }
    if (text !== undefined && record === undefined) {
      this.#keepUnreadable(key, text);
      return 'same';
    }
    this.#unreadable.delete(key);
    return this.#take(key, record);
  }

  /** A record is taken for what it says only under the key of its own pair. */
  async #parse(key: string, text: string): Promise<T | undefined> {
    const record = this.#kind.parse(text);
    return record && (await recordKey(this.#kind.prefix, record)) === key ? record : undefined;
  }

  #keepUnreadable(key: string, text: string): void {
    if (this.#unreadable.get(key) !== text) {
      this.#unreadable.set(key, text);
      this.#ports.log.error('A record of who may use a credential could not be read and was left as it is');
    }
  }

  #take(key: string, record: T | undefined): 'changed' | 'same' {
    const id = record === undefined ? this.#ids.get(key) : pairId(record);
    if (id === undefined || this.#unsaved.has(id)) {
      return 'same';
    }
    const before = this.#records.get(id);
    if (record === undefined) {
      return this.#records.delete(id) ? 'changed' : 'same';
    }
    this.#ids.set(key, id);
    if (before !== undefined && serializeRecord(before) === serializeRecord(record)) {
      return 'same';
    }
    this.#records.set(id, record);
    return 'changed';
  }

  #touch(key: string): void {
    this.#revisions.set(key, (this.#revisions.get(key) ?? 0) + 1);
  }
}
