import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExtensionContext, type MessageOptions, window } from 'vscode';
import { compose } from '../../src/extension.ts';
import type { SteeredProduct } from './steeredProduct.ts';

/** The extension as the host suite runs it: the product, with a browser that the tests steer. */
export async function activate(context: ExtensionContext): Promise<SteeredProduct> {
  const steering: SteeredProduct['steering'] = {
    open: (url) => Promise.reject(new Error(`No test expects a browser at ${url.origin}`)),
    answer: (question) => {
      throw new Error(`No test expects to be asked ${JSON.stringify(question)}`);
    },
  };
  answerDialogs((question) => steering.answer(question));
  const browser = { open: (url: URL, signal: AbortSignal) => steering.open(url, signal) };
  // Else the suite would show, on a person's machine, the servers of that person.
  const home = await mkdtemp(join(tmpdir(), 'mcp-auth-claude-'));
  context.subscriptions.push({ dispose: () => void rm(home, { recursive: true, force: true }) });
  const claude = {
    state: join(home, '.claude.json'),
    settings: join(home, 'settings.json'),
    managed: join(home, 'managed-mcp.json'),
  };
  const parts = await compose(context, { browser, claude });
  return { ...parts, steering, claude };
}

/** VS Code shows no dialog while it runs tests: whoever asks in one gets an error. Notifications stay as they are. */
function answerDialogs(answer: (question: string) => string | undefined): void {
  const show = window.showWarningMessage;
  const value = async (question: string, options: MessageOptions | string, ...buttons: readonly string[]) => {
    const isModal = typeof options === 'object' && options.modal === true;
    if (!isModal) {
      return await Reflect.apply(show, window, [question, options, ...buttons]);
    }
    const pressed = answer(question);
    return buttons.find((button) => button === pressed);
  };
  Object.defineProperty(window, 'showWarningMessage', { value });
}
