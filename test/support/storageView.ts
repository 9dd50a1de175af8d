import { Emitter } from '../../src/core/event.ts';
import type { SecretStorage } from '../../src/core/session/secretStorage.ts';
import { assertOpaqueKey, type StorageOperation } from './fakeSecretStorage.ts';
import type { Pause } from './pause.ts';

/** What lies behind a window's view of its secret storage. Every method takes effect at once. */
export interface StorageBack {
  get(key: string): string | undefined;
  keys(): readonly string[];
  /** `undefined` deletes. May return what has to follow, after another pause. */
  set(key: string, value: string | undefined): (() => void) | undefined;
}

/** The secret storage as one window sees it; every operation takes a pause before and after it takes effect. */
export class StorageView implements SecretStorage {
  readonly #back: StorageBack;
  readonly #pause: Pause;
  readonly #changed = new Emitter<{ readonly key: string }>();
  readonly #refused = new Set<StorageOperation>();

  readonly onDidChange = this.#changed.event;

  constructor(back: StorageBack, pause: Pause) {
    this.#back = back;
    this.#pause = pause;
  }

  /** From now on these operations fail in this window, and no others do. */
  refuse(...operations: readonly StorageOperation[]): void {
    this.#refused.clear();
    for (const operation of operations) {
      this.#refused.add(operation);
    }
  }

  get(key: string): Promise<string | undefined> {
    assertOpaqueKey(key);
    return this.#operate('get', () => this.#back.get(key));
  }

  keys(): Promise<readonly string[]> {
    return this.#operate('keys', () => this.#back.keys());
  }

  async store(key: string, value: string): Promise<void> {
    await this.#change('store', key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#change('delete', key, undefined);
  }

  /** Tells this window of a change, after a pause. */
  async tell(key: string): Promise<void> {
    await this.#pause();
    this.#changed.fire({ key });
  }

  async #change(operation: StorageOperation, key: string, value: string | undefined): Promise<void> {
    assertOpaqueKey(key);
    const follow = await this.#operate(operation, () => this.#back.set(key, value));
    if (follow) {
      follow();
      await this.#pause();
    }
  }

  async #operate<T>(operation: StorageOperation, act: () => T): Promise<T> {
    await this.#pause();
    if (this.#refused.has(operation)) {
      throw new Error(`The keyring refuses to ${operation}.`);
    }
    const result = act();
    await this.#pause();
    return result;
  }
}
