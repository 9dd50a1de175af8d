import { Emitter } from '../../src/core/event.ts';
import type { SecretStorage } from '../../src/core/session/secretStorage.ts';

/** What a storage can be asked to do. */
export type StorageOperation = 'delete' | 'get' | 'keys' | 'store';

/** A key lies in the clear: it has to be a prefix and a hash. */
const opaqueKey = /^[A-Za-z]+:[0-9a-f]{64}$/;

/** @throws Error for a key that might reveal something */
export function assertOpaqueKey(key: string): void {
  if (!opaqueKey.test(key)) {
    throw new Error(`Unexpected key: ${JSON.stringify(key)}`);
  }
}

/**
 * Secret storage in memory, that tells of its changes and refuses on demand, as a locked keyring does. Two
 * stores that are given the same one are two windows of the same person.
 */
export class FakeSecretStorage implements SecretStorage {
  readonly #values: Map<string, string>;
  readonly #changed = new Emitter<{ readonly key: string }>();
  readonly #refused = new Set<StorageOperation>();
  #held: string[] | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(values: Iterable<readonly [string, string]> = []) {
    this.#values = new Map(values);
  }

  /** Everything stored, by key. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** From now on these operations fail, and no others do. */
  refuse(...operations: readonly StorageOperation[]): void {
    this.#refused.clear();
    for (const operation of operations) {
      this.#refused.add(operation);
    }
  }

  /** From now on changes are not announced, as if another process had not heard of them yet. */
  holdEvents(): void {
    this.#held ??= [];
  }

  /** Announces what was held back, and everything later at once. */
  releaseEvents(): void {
    const keys = this.#held ?? [];
    this.#held = undefined;
    for (const key of keys) {
      this.#changed.fire({ key });
    }
  }

  async get(key: string): Promise<string | undefined> {
    this.#check('get', key);
    return this.#values.get(key);
  }

  async keys(): Promise<readonly string[]> {
    this.#check('keys');
    return [...this.#values.keys()];
  }

  async store(key: string, value: string): Promise<void> {
    this.#check('store', key);
    this.#values.set(key, value);
    this.#announce(key);
  }

  async delete(key: string): Promise<void> {
    this.#check('delete', key);
    if (this.#values.delete(key)) {
      this.#announce(key);
    }
  }

  #announce(key: string): void {
    if (this.#held) {
      this.#held.push(key);
    } else {
      this.#changed.fire({ key });
    }
  }

  #check(operation: StorageOperation, key?: string): void {
    if (key !== undefined) {
      assertOpaqueKey(key);
    }
    if (this.#refused.has(operation)) {
      throw new Error(`The keyring refuses to ${operation}.`);
    }
  }
}
