import { env, type InputBox, QuickInputButtons, ThemeIcon, window } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import type { WaitingForResponse } from '../core/oauth/waiting.ts';

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
export function showPasteBox(waiting: WaitingForResponse, options: PasteBoxOptions): Disposable {
  const input = window.createInputBox();
  input.title = `Authenticate at ${JSON.stringify(options.name)}`;
  input.ignoreFocusOut = true;
  const buttons = {
    copy: { iconPath: new ThemeIcon('copy'), tooltip: 'Copy the Address' },
    open: { iconPath: new ThemeIcon('link-external'), tooltip: 'Open the Address on This Machine' },
  };
  let isDone = false;
  let step = options.showsAddress ? 1 : 2;
  const goTo = (next: number) => {
    step = next;
    input.buttons = [
      ...(options.showsAddress && step === 2 ? [QuickInputButtons.Back] : []),
      buttons.copy,
      buttons.open,
    ];
    showStep(input, waiting, options.showsAddress ? step : undefined);
  };
  const paste = () => {
    input.validationMessage = waiting.paste(input.value);
    isDone = input.validationMessage === undefined;
    if (isDone) {
      input.hide();
    }
  };
  input.onDidAccept(() => (step === 1 ? goTo(2) : paste()));
  input.onDidChangeValue((value) => {
    input.validationMessage = step === 1 || value === '' ? undefined : waiting.check(value);
  });
  input.onDidTriggerButton((button) => {
    switch (button) {
      case buttons.copy:
        void copyAddress(waiting);
        break;
      case buttons.open:
        void waiting.open();
        break;
      default:
        goTo(1);
    }
  });
  input.onDidHide(() => {
    if (!isDone) {
      options.onGivenUp();
    }
    input.dispose();
  });
  if (options.showsAddress) {
    void copyAddress(waiting);
  }
  goTo(step);
  input.show();
  return {
    dispose() {
      isDone = true;
      input.dispose();
    },
  };
}

/** It holds no secret but the `state`, which the page and the browser's history have as well. */
async function copyAddress({ url }: WaitingForResponse): Promise<void> {
  await env.clipboard.writeText(url.href);
}

function showStep(input: InputBox, { url }: WaitingForResponse, step: number | undefined): void {
  input.validationMessage = undefined;
  if (step !== undefined) {
    input.step = step;
    input.totalSteps = 2;
  }
  if (step === 1) {
    input.value = url.href;
    input.valueSelection = [0, url.href.length];
    input.prompt =
      'This address is on your clipboard. Open it in any browser, on any machine, and sign in there';
    input.placeholder = undefined;
    return;
  }
  input.value = '';
  input.placeholder = 'http://localhost…/callback?code=…';
  input.prompt =
    'Paste the address that the browser ended at after you signed in, even if it shows no page there';
}
