import { MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Inventory } from '../core/inventory.ts';
import { commandIds } from './commandIds.ts';
import { type StatusBarContent, statusBarContent } from './statusBarContent.ts';

/** How many servers the tooltip names. */
const listed = 10;

/** The item in the status bar (A5): how many servers need the person, and a menu. Hidden where there are none. */
export class StatusBar implements Disposable {
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #item: StatusBarItem;
  readonly #subscription: Disposable;

  constructor(inventory: Inventory, clock: Clock) {
    this.#inventory = inventory;
    this.#clock = clock;
    // On the left is what is about the whole workspace; low among it, since others are looked at more often.
    this.#item = window.createStatusBarItem('mcpAuth.status', StatusBarAlignment.Left, -10);
    this.#item.name = 'MCP Auth';
    this.#item.command = commandIds.showMenu;
    this.#subscription = inventory.onDidChange(() => this.#update());
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const servers = this.#inventory.servers;
    const content = statusBarContent(servers, this.#clock.now());
    if (!content) {
      this.#item.hide();
      return;
    }
    this.#item.text = content.text;
    this.#item.tooltip = tooltip(content);
    this.#item.accessibilityInformation = { label: content.label, role: 'button' };
    this.#item.backgroundColor = content.isWarning
      ? new ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.show();
  }
}

/** As text: names stem from repositories. */
function tooltip({ label, lines }: StatusBarContent): MarkdownString {
  const markdown = new MarkdownString().appendText(label);
  for (const { name, text } of lines.slice(0, listed)) {
    markdown.appendMarkdown('\n\n- ').appendText(`${name}: ${text}`);
  }
  return lines.length > listed
    ? markdown.appendMarkdown('\n\n- ').appendText(`${lines.length - listed} more`)
    : markdown;
}
