import { type Disposable, ViewColumn, type WebviewPanel, window } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { WaitingForDevice } from '../core/oauth/waiting.ts';
import { quoteUnlessPlain } from '../core/quote.ts';
import { commandIds } from './commandIds.ts';
import { commandUri } from './commandLink.ts';
import { deviceCodePage } from './deviceCodePage.ts';
import type { TreeNode } from './treeNode.ts';

/** Whom the code is for. */
export interface DeviceCodeSubject {
  readonly serverName: string;
  readonly node: TreeNode;
}

const commands = [
  commandIds.copyUserCode,
  commandIds.openVerificationPage,
  commandIds.cancelAuthentication,
] as const;

/** An editor tab with the code to enter. Closing it changes nothing; it can be shown again. */
export class DeviceCodePanel implements Disposable {
  readonly #panel: WebviewPanel;
  #isOpen = true;

  constructor({ serverName, node }: DeviceCodeSubject, waiting: WaitingForDevice, clock: Clock) {
    const title = `Authenticate at ${quoteUnlessPlain(serverName)}`;
    this.#panel = window.createWebviewPanel('mcpAuth.deviceCode', title, ViewColumn.Active, {
      enableScripts: false,
      enableForms: false,
      enableCommandUris: commands,
      localResourceRoots: [],
    });
    const render = () => {
      this.#panel.webview.html = deviceCodePage({
        ...waiting,
        serverName,
        issuerHost: waiting.verificationUri.host,
        remaining: waiting.expiresAt - clock.now(),
        expiry: new Date(waiting.expiresAt).toLocaleTimeString(),
        links: {
          copy: commandUri(commandIds.copyUserCode, node),
          open: commandUri(commandIds.openVerificationPage, node),
          cancel: commandUri(commandIds.cancelAuthentication, node),
        },
      });
    };
    // A tab that was hidden begins its page anew, and with it the countdown.
    this.#panel.onDidChangeViewState(({ webviewPanel }) => webviewPanel.visible && render());
    this.#panel.onDidDispose(() => {
      this.#isOpen = false;
    });
    render();
  }

  /** Whether the user has left it open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }
}
