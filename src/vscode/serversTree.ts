import { type Event, EventEmitter, type TreeDataProvider, TreeItem } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Inventory } from '../core/inventory.ts';
import { toTreeItem } from './treeItem.ts';
import { changedRows, createTreeModel, rowKey, type TreeModel } from './treeModel.ts';
import type { TreeNode } from './treeNode.ts';

/** The tree of configuration files, their servers and, below a server, its session. */
export class ServersTree implements TreeDataProvider<TreeNode>, Disposable {
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #subscription: Disposable;
  /** VS Code knows rows by identity: each has one object for as long as it exists. */
  readonly #nodes = new Map<string, TreeNode>();
  #model: TreeModel;

  readonly onDidChangeTreeData: Event<TreeNode[] | undefined> = this.#changed.event;

  constructor(inventory: Inventory, clock: Clock) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#model = createTreeModel(inventory.snapshot(), clock.now());
    this.#subscription = inventory.onDidChange(() => this.update());
  }

  /** Renders the rows anew that look different now, also by time alone. */
  update(): void {
    const before = this.#model;
    this.#model = createTreeModel(this.#inventory.snapshot(), this.#clock.now());
    const changed = changedRows(before, this.#model);
    for (const key of before.rows.keys()) {
      if (!this.#model.rows.has(key)) {
        this.#nodes.delete(key);
      }
    }
    if (changed === 'all') {
      this.#changed.fire(undefined);
    } else if (changed.length > 0) {
      this.#changed.fire(this.#nodesOf(changed));
    }
  }

  getTreeItem(node: TreeNode): TreeItem {
    const row = this.#model.rows.get(rowKey(node));
    // A row that is gone is asked for once more while VS Code takes it away.
    return row ? toTreeItem(row, this.#clock.now()) : new TreeItem('');
  }

  getChildren(node?: TreeNode): TreeNode[] {
    const keys = node ? (this.#model.rows.get(rowKey(node))?.children ?? []) : this.#model.roots;
    return this.#nodesOf(keys);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #nodesOf(keys: readonly string[]): TreeNode[] {
    return keys.flatMap((key) => {
      const row = this.#model.rows.get(key);
      if (!row) {
        return [];
      }
      const node = this.#nodes.get(key) ?? { kind: row.content.kind, id: row.id };
      this.#nodes.set(key, node);
      return [node];
    });
  }
}
