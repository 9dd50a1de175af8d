import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, env, Uri, workspace } from 'vscode';
import { type ConsentOptions, consent } from '../support/demo/scriptedBrowser.ts';
import { untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';

/** A server as the only one of a folder of the workspace that the host suite runs on. */
export interface WorkspaceServer {
  readonly product: SteeredProduct;
  /** Folder and name, for `untilState`. */
  readonly server: readonly [folder: string, name: string];
  /** The argument of commands on its row, once it is in a state. */
  row(kind: Parameters<typeof untilState>[2]): Promise<{ readonly kind: 'server'; readonly id: string }>;
  /** Plays the person, and brings the answer back as an operating system does: by the editor's own scheme. */
  steerBrowser(decision: ConsentOptions['decision'], user?: string): void;
  /** Puts the workspace back as it was. */
  close(): Promise<void>;
}

/** Names a server, whose sign-in page is the demo's, in the `.mcp.json` of the second folder. */
export async function openWorkspaceServer(mcpUrl: string): Promise<WorkspaceServer> {
  const product = await steeredProduct();
  const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
  assert.ok(folder);
  const file = Uri.joinPath(folder.uri, '.mcp.json');
  const original = await workspace.fs.readFile(file);
  const server = ['two', 'demo'] as const;
  const configuration = { mcpServers: { demo: { type: 'http', url: mcpUrl } } };
  await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(configuration)));
  await untilState(product.inventory, server, 'needsAuthentication');
  // Else VS Code asks a person before it hands the extension its first URI.
  await workspace
    .getConfiguration('extensions')
    .update('confirmedUriHandlerExtensionIds', ['mcp-auth.mcp-auth'], ConfigurationTarget.Global);
  return {
    product,
    server,
    row: async (kind) => ({ kind: 'server', id: (await untilState(product.inventory, server, kind)).id }),
    steerBrowser(decision, user) {
      product.steering.open = async (url) => {
        const options = { decision, ...(user === undefined ? {} : { user }) };
        await deliver((await consent(url.href, options)).searchParams);
        return true;
      };
    },
    async close() {
      await workspace.fs.writeFile(file, original);
      await untilState(product.inventory, ['two', 'socket'], 'headersOnly');
    },
  };
}

/** Brings an authorization response to the extension. */
export async function deliver(parameters: URLSearchParams): Promise<void> {
  const query = [...parameters]
    .filter(([name]) => ['code', 'error', 'iss', 'state'].includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  await commands.executeCommand(
    'vscode.open',
    Uri.from({ scheme: env.uriScheme, authority: 'mcp-auth.mcp-auth', path: '/callback', query }),
  );
}
