import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, env, Uri, workspace } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';

const demoServer = ['two', 'demo'] as const;

describe('authenticating in the extension host', () => {
  let product: SteeredProduct;
  let demo: Demo;
  let file: Uri;
  let original: Uint8Array;

  before(async () => {
    product = await steeredProduct();
    demo = await startDemo();
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
    assert.ok(folder);
    file = Uri.joinPath(folder.uri, '.mcp.json');
    original = await workspace.fs.readFile(file);
    const configuration = { mcpServers: { demo: { type: 'http', url: demo.mcpUrl } } };
    await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(configuration)));
    await untilState(product.inventory, demoServer, 'needsAuthentication');
    // Else VS Code asks a person before it hands the extension its first URI.
    await workspace
      .getConfiguration('extensions')
      .update('confirmedUriHandlerExtensionIds', ['mcp-auth.mcp-auth'], ConfigurationTarget.Global);
  });

  after(async () => {
    await workspace.fs.writeFile(file, original);
    await untilState(product.inventory, ['two', 'socket'], 'headersOnly');
    await demo.close();
  });

  /** Plays the person, and brings the answer back as an operating system does: by the editor's own scheme. */
  function steerBrowser(decision: 'allow' | 'deny'): void {
    product.steering.open = async (url) => {
      const answer = await consent(url.href, { decision });
      await deliver(answer.searchParams);
      return true;
    };
  }

  async function deliver(parameters: URLSearchParams): Promise<void> {
    const query = [...parameters]
      .filter(([name]) => ['code', 'error', 'iss', 'state'].includes(name))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    await commands.executeCommand(
      'vscode.open',
      Uri.from({ scheme: env.uriScheme, authority: 'mcp-auth.mcp-auth', path: '/callback', query }),
    );
  }

  const row = async (kind: Parameters<typeof untilState>[2]) => ({
    kind: 'server',
    id: (await untilState(product.inventory, demoServer, kind)).id,
  });

  it('ends with a session in secret storage when the person allows it', async () => {
    steerBrowser('allow');
    await commands.executeCommand('mcpAuth.authenticate', await row('needsAuthentication'));
    const { session } = await untilState(product.inventory, demoServer, 'authenticated');
    assert.equal(session?.issuer, demo.issuer);
    const keys = (await product.secrets.keys()).filter((key) => key.startsWith('session:'));
    assert.equal(keys.length, 1);
    const record = JSON.parse((await product.secrets.get(keys[0] ?? '')) ?? '');
    assert.equal(record.version, 2);
    assert.equal(record.serverUrl, demo.mcpUrl);
    assert.ok(demo.journal.secrets.has(record.tokens.accessToken));
  });

  it('lets the server be reached with the session', async () => {
    const before = demo.journal.count(({ url, status }) => url === '/mcp' && status === 200);
    await commands.executeCommand('mcpAuth.testConnection', await row('authenticated'));
    const after = demo.journal.count(({ url, status }) => url === '/mcp' && status === 200);
    assert.ok(after >= before + 2, 'initialize and tools/list were answered');
  });

  it('refreshes once, and keeps the session, when the server no longer takes the token', async () => {
    const refreshes = demo.journal.refreshes.length;
    demo.expireAccessTokens();
    await commands.executeCommand('mcpAuth.testConnection', await row('authenticated'));
    await untilState(product.inventory, demoServer, 'authenticated');
    assert.equal(demo.journal.refreshes.length, refreshes + 1);
  });

  it('learns of a session that another window has deleted', async () => {
    const [key] = (await product.secrets.keys()).filter((one) => one.startsWith('session:'));
    assert.ok(key);
    const value = await product.secrets.get(key);
    assert.ok(value);
    const at = Date.now();
    await product.secrets.apply([{ key, at, value: null }]);
    await untilState(product.inventory, demoServer, 'needsAuthentication');
    await product.secrets.apply([{ key, at: at + 1, value }]);
    await untilState(product.inventory, demoServer, 'authenticated');
  });

  it('keeps the record, for a sign-in with one click, when the server has ended the session', async () => {
    demo.revokeEverything();
    await commands.executeCommand('mcpAuth.testConnection', await row('authenticated'));
    const { session } = await untilState(product.inventory, demoServer, 'expired');
    assert.equal(session?.issuer, demo.issuer);
  });

  it('leaves the stored record alone when a new sign-in is denied', async () => {
    const keys = await product.secrets.keys();
    steerBrowser('deny');
    await commands.executeCommand('mcpAuth.authenticate', await row('expired'));
    await untilState(product.inventory, demoServer, 'expired');
    assert.deepEqual(await product.secrets.keys(), keys);
  });

  it('ignores callbacks that nobody waits for', async () => {
    const tokenRequests = demo.journal.count(({ url }) => url === '/token');
    await deliver(new URLSearchParams({ code: 'forged', state: 'forged' }));
    await untilState(product.inventory, demoServer, 'expired');
    assert.equal(
      demo.journal.count(({ url }) => url === '/token'),
      tokenRequests,
    );
  });

  it('replaces the session when the person signs in again', async () => {
    steerBrowser('allow');
    await commands.executeCommand('mcpAuth.authenticate', await row('expired'));
    await untilState(product.inventory, demoServer, 'authenticated');
  });
});
