import type { WorkspaceMemory } from '../../src/core/session/accountChoices.ts';

/** A workspace's memory that behaves as VS Code's: what is updated is known at once, and written later. */
export class FakeWorkspaceMemory implements WorkspaceMemory {
  /** What lies on disk. */
  readonly values = new Map<string, unknown>();
  #isRefused = false;

  get(key: string): unknown {
    return this.values.get(key);
  }

  async update(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
    if (this.#isRefused) {
      throw new Error('The disk is full.');
    }
  }

  /** Fails to write from now on. */
  refuse(): void {
    this.#isRefused = true;
  }
}
