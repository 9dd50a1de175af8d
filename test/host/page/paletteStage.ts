import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { ConfigurationTarget, commands, env, Uri, window, workspace } from 'vscode';
import type { ClientUse } from '../../../src/core/clientUse.ts';
import type { ServerSnapshot } from '../../../src/core/serverSnapshot.ts';
import { type Demo, startDemo } from '../../support/demo/demo.ts';
import { consent } from '../../support/demo/scriptedBrowser.ts';
import { serverOf, until, untilState } from '../inventoryState.ts';
import { type SteeredProduct, steeredProduct } from '../steeredProduct.ts';
import { deliver } from '../workspaceServer.ts';

type Name = 'demo' | 'second';

/** Two servers in the second folder, whose sign-in pages say yes, and what the tests of commands wait for. */
export interface PaletteStage {
  readonly product: SteeredProduct;
  readonly demos: Readonly<Record<Name, Demo>>;
  /** The file that names them. */
  readonly file: Uri;
  server(name: Name): ServerSnapshot;
  /** The redirect URIs of the sign-in pages that were opened. */
  readonly redirects: readonly string[];
  /** Who signs in from now on. */
  user(name: string): void;
  /** Leaves sign-in pages unanswered from now on. @returns what opens next */
  holdBrowser(): Promise<URL>;
  /** Presses a button of the dialog that the work asks in. @returns what it asked */
  pressing(button: string, work: () => Promise<unknown>): Promise<string>;
  /** What the browser ends at when the person allows it. */
  answer(page: string): Promise<URL>;
  /** Nobody is signed in anywhere, and nothing is under way. */
  signOut(): Promise<void>;
  signIn(name: Name, user?: string): Promise<void>;
  /** A token that the second server takes without a session here. */
  tokenOfSecond(): Promise<string>;
  untilState(name: Name, kind: ServerSnapshot['state']['kind']): Promise<ServerSnapshot>;
  untilStep(name: Name, step: string): Promise<void>;
  /** Waits until this is the one client that gets the server's credential; without a client, until none does. */
  untilUsedBy(name: Name, client: ClientUse['client'] | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Opens the stage. */
export async function openPaletteStage(): Promise<PaletteStage> {
  const product = await steeredProduct();
  const { inventory, sessions, tokens, steering } = product;
  const demos = { demo: await startDemo({ openId: true, deviceFlow: true }), second: await startDemo() };
  const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
  assert.ok(folder);
  const file = Uri.joinPath(folder.uri, '.mcp.json');
  const original = await workspace.fs.readFile(file);
  const mcpServers = {
    demo: { type: 'http', url: demos.demo.mcpUrl },
    second: { type: 'http', url: demos.second.mcpUrl },
    bridge: { command: 'npx', args: ['mcp-remote', 'https://mcp.example/mcp'] },
  };
  await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify({ mcpServers })));
  await untilState(inventory, ['two', 'second'], 'needsAuthentication');
  await workspace
    .getConfiguration('extensions')
    .update('confirmedUriHandlerExtensionIds', ['mcp-auth.mcp-auth'], ConfigurationTarget.Global);

  const redirects: string[] = [];
  let user = 'alice';
  const answer = (page: string) => consent(page, { decision: 'allow', user });
  const browse = async (page: URL) => {
    redirects.push(page.searchParams.get('redirect_uri') ?? '');
    await deliver((await answer(page.href)).searchParams);
    return true;
  };
  steering.open = browse;
  const server = (name: Name) => serverOf(inventory, 'two', name) ?? assert.fail(`${name} is gone`);
  const row = (name: Name) => ({ kind: 'server', id: server(name).id });
  const stage: PaletteStage = {
    product,
    demos,
    file,
    server,
    redirects,
    user(name) {
      user = name;
    },
    holdBrowser: () =>
      new Promise((resolve) => {
        steering.open = async (page) => {
          resolve(page);
          return true;
        };
      }),
    async pressing(button, work) {
      const unexpected = steering.answer;
      const asked = new Promise<string>((resolve) => {
        steering.answer = (question) => {
          steering.answer = unexpected;
          resolve(question);
          return button;
        };
      });
      await work();
      return await asked;
    },
    answer,
    async signOut() {
      for (const name of ['demo', 'second'] as const) {
        if (server(name).state.kind === 'authenticating') {
          await commands.executeCommand('mcpAuth.cancelAuthentication', row(name));
        }
      }
      steering.open = browse;
      user = 'alice';
      for (const { serverUrl, account } of sessions.all) {
        await sessions.delete({ serverUrl, accountId: account.id });
      }
      await tokens.remove(demos.second.mcpUrl);
      await untilState(inventory, ['two', 'demo'], 'needsAuthentication');
      await untilState(inventory, ['two', 'second'], 'needsAuthentication');
    },
    async signIn(name, who = 'alice') {
      user = who;
      await commands.executeCommand('mcpAuth.authenticate', row(name));
      await untilState(inventory, ['two', name], 'authenticated');
    },
    async tokenOfSecond() {
      await stage.signIn('second');
      const session = sessions.get(demos.second.mcpUrl) ?? assert.fail('there is no session');
      await stage.signOut();
      return session.tokens.accessToken;
    },
    untilState: (name, kind) => untilState(inventory, ['two', name], kind),
    async untilStep(name, step) {
      await until(inventory, () => {
        const { state } = server(name);
        return state.kind === 'authenticating' && state.step === step ? true : undefined;
      });
    },
    async untilUsedBy(name, client) {
      const wanted = client === undefined ? '' : client;
      await until(inventory, () => {
        const uses = server(name).usedBy ?? [];
        return uses.map((use) => use.client).join() === wanted ? true : undefined;
      });
    },
    async close() {
      await stage.signOut();
      steering.open = (url) => Promise.reject(new Error(`No test expects a browser at ${url.origin}`));
      await workspace.fs.writeFile(file, original);
      await untilState(inventory, ['two', 'socket'], 'headersOnly');
      await commands.executeCommand('workbench.action.closeAllEditors');
      await commands.executeCommand('notifications.clearAll');
      await demos.demo.close();
      await demos.second.close();
    },
  };
  return stage;
}

/** Waits until something holds of which VS Code tells no event; the suite's time limit ends a wait in vain. */
export async function eventually<T>(find: () => PromiseLike<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) {
      return found;
    }
    await setImmediate();
  }
}

/** Waits until the clipboard holds something else than before. */
export async function copied(act: () => Promise<unknown>): Promise<string> {
  const mark = 'nothing was copied';
  await env.clipboard.writeText(mark);
  await act();
  return await eventually(async () => {
    const text = await env.clipboard.readText();
    return text === mark ? undefined : text;
  });
}

/** Waits until an editor shows a document of a scheme. @returns its text */
export async function shownText(scheme: string): Promise<string> {
  return await eventually(() => {
    const editor = window.visibleTextEditors.find(({ document }) => document.uri.scheme === scheme);
    return editor?.document.getText();
  });
}
