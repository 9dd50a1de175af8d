import { type Disposable, type TreeView, window, workspace } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Inventory } from '../core/inventory.ts';
import { attentionText, needsAttention } from '../core/session/attention.ts';
import { serversViewId } from './commandIds.ts';
import { ServersTree } from './serversTree.ts';
import type { TreeNode } from './treeNode.ts';

/** How often texts that tell a remaining time are rendered anew, in milliseconds. */
const textInterval = 15_000;

/** The view in the side bar: the tree, its badge, and its message in an untrusted workspace. */
export class ServersView implements Disposable {
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #tree: ServersTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: readonly { dispose(): void }[];
  #timer: { dispose(): void } | undefined;

  constructor(inventory: Inventory, clock: Clock) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#tree = new ServersTree(inventory, clock);
    this.#view = window.createTreeView(serversViewId, {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.#tree,
      this.#view,
      inventory.onDidChange(() => this.#update()),
      this.#view.onDidChangeVisibility(() => this.#keepTextsRight()),
      workspace.onDidGrantWorkspaceTrust(() => this.#update()),
    ];
    this.#update();
    this.#keepTextsRight();
  }

  dispose(): void {
    this.#timer?.dispose();
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  #update(): void {
    const sources = this.#inventory.snapshot();
    const waiting = sources
      .flatMap(({ servers }) => servers)
      .filter(({ state }) => needsAttention(state)).length;
    this.#view.badge = waiting > 0 ? { value: waiting, tooltip: attentionText(waiting) } : undefined;
    // A message takes the place of the words of welcome, which say the same where there is no server.
    this.#view.message =
      workspace.isTrusted || sources.length === 0
        ? ''
        : 'This workspace is not trusted: its servers are listed, but nothing is contacted.';
  }

  #keepTextsRight(): void {
    this.#timer?.dispose();
    this.#timer = this.#view.visible
      ? this.#clock.setTimer(textInterval, () => {
          this.#tree.update();
          this.#update();
          this.#keepTextsRight();
        })
      : undefined;
  }
}
