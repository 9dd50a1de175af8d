import { commands } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import type { Inventory } from '../core/inventory.ts';
import { paletteFlags } from './paletteFlags.ts';
import { type RowFlag, rowFlags } from './rowFlags.ts';

/** Tells the command palette what is under way, so that it offers no command that has nothing to act on. */
export class ContextKeys implements Disposable {
  readonly #inventory: Inventory;
  readonly #subscription: Disposable;
  #set: ReadonlySet<RowFlag> = new Set();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    this.#subscription = inventory.onDidChange(() => this.#update());
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #update(): void {
    const servers = this.#inventory.servers;
    const flags = new Set(servers.flatMap(rowFlags));
    for (const { flag, key } of paletteFlags) {
      if (flags.has(flag) !== this.#set.has(flag)) {
        void commands.executeCommand('setContext', key, flags.has(flag));
      }
    }
    this.#set = flags;
  }
}
