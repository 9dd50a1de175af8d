import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationTarget, commands, workspace } from 'vscode';
import type { ServerSnapshot } from '../../src/core/serverSnapshot.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { type MisbehavingServer, startMisbehavingServer } from '../support/misbehavingServer.ts';
import { until, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';
import { deliver } from './workspaceServer.ts';

/** Where a configuration is written: the second folder, both folders and what is above them, or VS Code's own file. */
export type Configured =
  | { readonly in: 'folder'; readonly servers: Readonly<Record<string, unknown>> }
  | { readonly in: 'folderAndAbove'; readonly servers: Readonly<Record<string, unknown>> }
  | { readonly in: 'vscode'; readonly servers: Readonly<Record<string, unknown>> };

/** One server, and a window in which it gets into a state. */
export interface StatesStage {
  readonly product: SteeredProduct;
  readonly server: MisbehavingServer;
  configure(configured: Configured): Promise<void>;
  /** A server, once something holds for it; of several with its name, the one that is furthest from the folders. */
  until(name: string, isMeant: (subject: ServerSnapshot) => boolean): Promise<ServerSnapshot>;
  /** Runs a command on its row to its end. */
  run(command: string): Promise<void>;
  /** Begins a command that ends with the stage at the latest. */
  begin(command: string): void;
  /** Signs in by a sign-in page that says yes. */
  signIn(): Promise<void>;
  /** Allows the next helper to run that somebody asks about. */
  allowHelper(): void;
  close(): Promise<void>;
}

const folderPath = (name: string): string =>
  workspace.workspaceFolders?.find((folder) => folder.name === name)?.uri.fsPath ?? assert.fail(name);

/** Opens the stage, with a server that behaves and challenges whoever comes without a credential. */
export async function openStatesStage(): Promise<StatesStage> {
  const product = await steeredProduct();
  const { inventory, sessions, steering, tokens } = product;
  const server = await startMisbehavingServer();
  const [one, two] = [folderPath('one'), folderPath('two')];
  const files = {
    own: join(two, '.mcp.json'),
    other: join(one, '.mcp.json'),
    above: join(dirname(two), '.mcp.json'),
    vscode: join(two, '.vscode', 'mcp.json'),
  };
  const originals = await Promise.all(
    [files.own, files.other].map(async (path) => ({ path, text: await readFile(path, 'utf8') })),
  );
  const unexpected = { ...steering };
  const begun: Promise<unknown>[] = [];
  // Else VS Code asks a person before it hands the extension its first URI.
  await workspace
    .getConfiguration('extensions')
    .update('confirmedUriHandlerExtensionIds', ['mcp-auth.mcp-auth'], ConfigurationTarget.Global);

  const write = async (path: string, servers: Readonly<Record<string, unknown>>, key = 'mcpServers') => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ [key]: servers }));
  };
  const find = (name: string) =>
    inventory
      .snapshot()
      .flatMap(({ servers }) => servers.filter(({ definition }) => definition.name === name))
      .sort((first, second) => first.uri.length - second.uri.length)[0];
  const subject = () => find('subject');
  const start = (command: string) => {
    const { id } = subject() ?? assert.fail('the subject is gone');
    const running = Promise.resolve(commands.executeCommand(command, { kind: 'server', id }));
    begun.push(running);
    return running;
  };
  const allowHelper = () => {
    steering.answer = (question) => {
      assert.equal(question, `Run the helper of ${JSON.stringify(subject()?.definition.name)}?`);
      steering.answer = unexpected.answer;
      return 'Run Helper';
    };
  };
  const stage: StatesStage = {
    product,
    server,
    async configure(configured) {
      const { servers } = configured;
      switch (configured.in) {
        case 'folder':
          return await write(files.own, servers);
        case 'folderAndAbove':
          await write(files.own, servers);
          await write(files.other, servers);
          return await write(files.above, servers);
        case 'vscode':
          return await write(files.vscode, servers, 'servers');
      }
    },
    until: (name, isMeant) =>
      until(inventory, () => {
        const found = find(name);
        return found && isMeant(found) ? found : undefined;
      }),
    async run(command) {
      await start(command);
    },
    begin(command) {
      void start(command);
    },
    async signIn() {
      steering.open = async ({ href }) => {
        await deliver((await consent(href, { decision: 'allow' })).searchParams);
        return true;
      };
      await start('mcpAuth.authenticate');
    },
    allowHelper,
    async close() {
      if (subject()?.state.kind === 'authenticating') {
        await stage.run('mcpAuth.cancelAuthentication');
      }
      // Whatever still waits for an answer gets none.
      await server.close();
      await Promise.all(begun);
      Object.assign(steering, unexpected);
      for (const { serverUrl, account } of sessions.all) {
        await sessions.delete({ serverUrl, accountId: account.id });
      }
      await tokens.remove(server.mcpUrl);
      await Promise.all(
        [files.above, dirname(files.vscode)].map((path) => rm(path, { recursive: true, force: true })),
      );
      await Promise.all(originals.map(({ path, text }) => writeFile(path, text)));
      await workspace
        .getConfiguration()
        .update('mcpAuth.probeServers', undefined, ConfigurationTarget.Workspace);
      await until(inventory, () => ((subject() ?? find('other')) ? undefined : true));
      await untilState(inventory, ['two', 'socket'], 'headersOnly');
      await untilState(inventory, ['one', 'files'], 'stdio');
      await commands.executeCommand('notifications.clearAll');
    },
  };
  return stage;
}
