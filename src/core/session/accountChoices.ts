import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import { hashedKey } from './secretStorage.ts';

/** What a workspace remembers, as a port; structurally VS Code's `Memento`. Lies on disk in the clear. */
export interface WorkspaceMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const prefix = 'account:';

/**
 * Which account a workspace uses, by server. What is remembered says nothing about server or person: a hash, and an
 * id that means something to secret storage only.
 */
export class AccountChoices implements Disposable {
  readonly #memory: WorkspaceMemory;
  readonly #choices = new Map<string, string>();
  readonly #changed = new Emitter<void>();

  /** Fires after {@link get} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  constructor(memory: WorkspaceMemory) {
    this.#memory = memory;
  }

  /** The id of the chosen account; `undefined` where none was chosen, or {@link load} has not read it. */
  get(serverUrl: string): string | undefined {
    return this.#choices.get(serverUrl);
  }

  /** Reads what was chosen for these servers, by canonical URL. */
  async load(serverUrls: Iterable<string>): Promise<void> {
    let changed = false;
    for (const serverUrl of serverUrls) {
      const chosen = this.#memory.get(await hashedKey(prefix, serverUrl));
      if (typeof chosen === 'string' && this.#choices.get(serverUrl) !== chosen) {
        this.#choices.set(serverUrl, chosen);
        changed = true;
      }
    }
    if (changed) {
      this.#changed.fire();
    }
  }

  /** Uses an account from now on, in this workspace. */
  async choose(serverUrl: string, accountId: string): Promise<void> {
    this.#choices.set(serverUrl, accountId);
    this.#changed.fire();
    await this.#memory.update(await hashedKey(prefix, serverUrl), accountId);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
