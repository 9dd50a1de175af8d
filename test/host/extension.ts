import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExtensionContext, type MessageOptions, type TreeViewOptions, window } from 'vscode';
import { compose } from '../../src/extension.ts';
import { serversViewId } from '../../src/vscode/commandIds.ts';
import type { TreeNode } from '../../src/vscode/treeNode.ts';
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
  const trees = keepTrees();
  const browser = { open: (url: URL, signal: AbortSignal) => steering.open(url, signal) };
  // Else the suite would show, on a person's machine, the servers of that person.
  const home = await mkdtemp(join(tmpdir(), 'mcp-auth-claude-'));
  context.subscriptions.push({ dispose: () => void rm(home, { recursive: true, force: true }) });
  const claude = {
    state: join(home, '.claude.json'),
    settings: join(home, 'settings.json'),
    managed: join(home, 'managed-mcp.json'),
  };
  const clients = {
    shimPath: () => join(home, 'mcp-auth'),
    headless: { isOn: () => true, turnOn: () => Promise.reject(new Error('It is on.')) },
    codexConfig: join(home, 'codex', 'config.toml'),
  };
  const parts = await compose(context, { browser, claude, clients });
  const tree = trees.get(serversViewId);
  if (!tree) {
    throw new Error(`Nobody has made a view ${serversViewId}.`);
  }
  const { environmentVariableCollection: variables } = context;
  return { ...parts, steering, claude, tree, variables, codexConfig: clients.codexConfig };
}

type Tree = SteeredProduct['tree'];

/** Only VS Code is told who renders a view: it is looked at on the way. @returns by the id of the view */
function keepTrees(): ReadonlyMap<string, Tree> {
  const create = window.createTreeView;
  const trees = new Map<string, Tree>();
  const value = (id: string, options: TreeViewOptions<TreeNode>) => {
    trees.set(id, options.treeDataProvider);
    return Reflect.apply(create, window, [id, options]);
  };
  Object.defineProperty(window, 'createTreeView', { value });
  return trees;
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
