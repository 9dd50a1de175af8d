import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';

/** What a workspace remembers, as a port; structurally VS Code's `Memento`. Lies on disk in the clear. */
export interface WorkspaceMemory {
  get(key: string): unknown;
  /** Answers by {@link get} at once, and settles when it is written. */
  update(key: string, value: unknown): PromiseLike<void>;
}

const key = 'chosenAccounts';

/** Ids of accounts that are gone stay in the list until newer ones push them out. */
const remembered = 200;

/**
 * Which accounts a workspace uses, where that is not the first one of a server. What is remembered says nothing about
 * server or person: random ids, which mean something to secret storage only.
 */
export class AccountChoices implements Disposable {
  readonly #memory: WorkspaceMemory;
  readonly #changed = new Emitter<void>();

  /** Fires after {@link has} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  constructor(memory: WorkspaceMemory) {
    this.#memory = memory;
  }

  /** Whether an account was chosen over the others at its server. */
  has(accountId: string): boolean {
    return this.#ids().includes(accountId);
  }

  /**
   * Replaces what was chosen at one server.
   *
   * @param chosen the id of an account; `undefined` for none, which leaves the first
   * @param others the ids of all others there
   */
  async replace(chosen: string | undefined, others: readonly string[]): Promise<void> {
    const rest = this.#ids().filter((id) => id !== chosen && !others.includes(id));
    const ids = chosen === undefined ? rest : [...rest, chosen];
    const written = this.#memory.update(key, ids.slice(-remembered));
    this.#changed.fire();
    await written;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #ids(): readonly string[] {
    const value = this.#memory.get(key);
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  }
}
