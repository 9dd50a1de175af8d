import { env, QuickInputButtons, ThemeIcon, window } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import type { WaitingForResponse } from '../core/oauth/waiting.ts';
import { quote } from '../core/quote.ts';

/** A box to paste a redirect URL into. */
export interface PasteBoxOptions {
  /** As the user calls the server. */
  readonly name: string;
  /** Whether the address to sign in at is shown and copied first, as nobody has opened it. */
  readonly showsAddress: boolean;
  /** Called when the user closes the box without having pasted anything that could be used. */
  readonly onGivenUp: () => void;
}

/**
 * Asks for what the browser ended at, after the address to open if nobody has seen that yet. Stays open while the
 * user is elsewhere, which they have to be. Dispose it when the sign-in has ended.
 */
export class PasteBox implements Disposable {
  readonly #waiting: WaitingForResponse;
  readonly #options: PasteBoxOptions;
  readonly #input = window.createInputBox();
  readonly #copy = { iconPath: new ThemeIcon('copy'), tooltip: 'Copy the Address' };
  readonly #open = {
    iconPath: new ThemeIcon('link-external'),
    tooltip: 'Open the Address on This Machine',
  };
  #step: 'address' | 'answer' = 'answer';
  #isDone = false;

  constructor(waiting: WaitingForResponse, options: PasteBoxOptions) {
    this.#waiting = waiting;
    this.#options = options;
    const input = this.#input;
    input.title = `Authenticate at ${quote(options.name)}`;
    input.ignoreFocusOut = true;
    input.onDidAccept(() => (this.#step === 'address' ? this.#askForAnswer() : this.#paste()));
    input.onDidChangeValue((value) => {
      const isJudged = this.#step === 'answer' && value !== '';
      input.validationMessage = isJudged ? waiting.check(value) : undefined;
    });
    input.onDidTriggerButton((button) => {
      if (button === this.#copy) {
        void copyAddress(waiting);
      } else if (button === this.#open) {
        void waiting.open();
      } else {
        this.#showAddress();
      }
    });
    input.onDidHide(() => this.#onHidden());
    if (options.showsAddress) {
      input.totalSteps = 2;
      void copyAddress(waiting);
      this.#showAddress();
    } else {
      this.#askForAnswer();
    }
    input.show();
  }

  dispose(): void {
    this.#isDone = true;
    this.#input.dispose();
  }

  #showAddress(): void {
    const { href } = this.#waiting.url;
    this.#step = 'address';
    this.#input.step = 1;
    this.#input.buttons = [this.#copy, this.#open];
    this.#input.value = href;
    this.#input.valueSelection = [0, href.length];
    this.#input.validationMessage = undefined;
    this.#input.prompt =
      'This address is on your clipboard. Open it in any browser, on any machine, and sign in there';
  }

  #askForAnswer(): void {
    const { showsAddress } = this.#options;
    this.#step = 'answer';
    if (showsAddress) {
      this.#input.step = 2;
    }
    this.#input.buttons = [...(showsAddress ? [QuickInputButtons.Back] : []), this.#copy, this.#open];
    this.#input.value = '';
    this.#input.placeholder = 'http://localhost…/callback?code=…';
    this.#input.prompt =
      'Paste the address that the browser ended at after you signed in, even if it shows no page there';
  }

  #paste(): void {
    this.#input.validationMessage = this.#waiting.paste(this.#input.value);
    if (this.#input.validationMessage === undefined) {
      this.dispose();
    }
  }

  #onHidden(): void {
    if (!this.#isDone) {
      this.dispose();
      this.#options.onGivenUp();
    }
  }
}

/** It holds no secret but the `state`, which the page and the browser's history have as well. */
async function copyAddress({ url }: WaitingForResponse): Promise<void> {
  await env.clipboard.writeText(url.href);
}
