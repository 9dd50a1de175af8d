import { EventEmitter, languages, Uri, window, workspace } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Inventory } from '../core/inventory.ts';
import { onlyRow } from '../core/status/onlyRow.ts';
import { statusText } from './statusText.ts';

const scheme = 'mcp-auth-status';

/** How often texts that tell a remaining time are made anew while one is open, in milliseconds. */
const textInterval = 15_000;

/** The status of all servers, or of one, as read-only documents that follow what happens. */
export class StatusDocuments implements Disposable {
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #timer: Disposable | undefined;

  constructor(inventory: Inventory, clock: Clock) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#subscriptions = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#text(uri),
      }),
      inventory.onDidChange(() => this.#update()),
      workspace.onDidGrantWorkspaceTrust(() => this.#update()),
      workspace.onDidOpenTextDocument(() => this.#keepTextsRight()),
      workspace.onDidCloseTextDocument(() => this.#keepTextsRight()),
    ];
  }

  /**
   * Opens the document.
   *
   * @param row what it is about: by default every server
   */
  async show(row?: { readonly id: string; readonly name: string }): Promise<void> {
    const name = row === undefined ? 'MCP Servers' : row.name.replace(/[^\w.-]+/g, '_');
    const uri = Uri.from({ scheme, path: `/${name}.status`, query: row?.id ?? '' });
    const document = await workspace.openTextDocument(uri);
    // Plain text: in Markdown what a repository names its servers could be a link.
    await languages.setTextDocumentLanguage(document, 'plaintext');
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#timer?.dispose();
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  #text({ query }: Uri): string {
    const all = this.#inventory.snapshot();
    const snapshot = query === '' ? all : onlyRow(all, query);
    if (query !== '' && snapshot.length === 0) {
      return 'This server is no longer there.\n';
    }
    return statusText(snapshot, { now: this.#clock.now(), workspaceTrusted: workspace.isTrusted });
  }

  #open(): readonly Uri[] {
    return workspace.textDocuments.map(({ uri }) => uri).filter((uri) => uri.scheme === scheme);
  }

  #update(): void {
    for (const uri of this.#open()) {
      this.#changed.fire(uri);
    }
  }

  #keepTextsRight(): void {
    this.#timer?.dispose();
    this.#timer =
      this.#open().length > 0
        ? this.#clock.setTimer(textInterval, () => {
            this.#update();
            this.#keepTextsRight();
          })
        : undefined;
  }
}
