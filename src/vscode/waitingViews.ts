import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { WaitingForDevice, WaitingForResponse } from '../core/oauth/waiting.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';
import type { DeviceCodePanel } from './deviceCodePanel.ts';
import { PasteBox, type PasteBoxOptions } from './pasteBox.ts';
import { serverNode } from './treeNode.ts';

/** What is on the screen for the person to do, one thing per authentication; it goes when that ends. */
export class WaitingViews implements Disposable {
  readonly #clock: Clock;
  readonly #panels = new Map<RunningAuthentication, DeviceCodePanel>();
  readonly #boxes = new Map<RunningAuthentication, PasteBox>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Shows, also once more, what an authentication waits for. A page in the browser is opened by others. */
  async show(server: ServerSnapshot, running: RunningAuthentication): Promise<void> {
    const { waiting } = running;
    if (waiting?.kind === 'device') {
      await this.#showCode(server, running, waiting);
    } else if (waiting?.redirectKind === 'paste') {
      const onGivenUp = () => running.cancel();
      this.#showBox(running, waiting, { name: server.definition.name, showsAddress: true, onGivenUp });
    }
  }

  /** Asks for the redirect URL of an authentication whose page was opened. Giving up leaves that alone. */
  showPasteBox(server: ServerSnapshot, running: RunningAuthentication, waiting: WaitingForResponse): void {
    const onGivenUp = () => undefined;
    this.#showBox(running, waiting, { name: server.definition.name, showsAddress: false, onGivenUp });
  }

  dispose(): void {
    for (const view of [...this.#panels.values(), ...this.#boxes.values()]) {
      view.dispose();
    }
  }

  #showBox(running: RunningAuthentication, waiting: WaitingForResponse, options: PasteBoxOptions): void {
    this.#boxes.get(running)?.dispose();
    this.#boxes.set(running, new PasteBox(waiting, options));
    endWith(running, this.#boxes);
  }

  async #showCode(
    server: ServerSnapshot,
    running: RunningAuthentication,
    waiting: WaitingForDevice,
  ): Promise<void> {
    // Few people need it, and everybody would wait for it when VS Code starts.
    const { DeviceCodePanel } = await import('./deviceCodePanel.ts');
    const existing = this.#panels.get(running);
    if (existing?.isOpen) {
      existing.reveal();
    } else if (running.waiting === waiting) {
      const subject = { serverName: server.definition.name, node: serverNode(server) };
      this.#panels.set(running, new DeviceCodePanel(subject, waiting, this.#clock));
      endWith(running, this.#panels);
    }
  }
}

function endWith(running: RunningAuthentication, views: Map<RunningAuthentication, Disposable>): void {
  const end = () => {
    views.get(running)?.dispose();
    views.delete(running);
  };
  running.result.then(end, end);
}
