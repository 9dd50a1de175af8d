import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { untilState } from './inventoryState.ts';
import type { SteeredProduct } from './steeredProduct.ts';
import { deliver, openWorkspaceServer, type WorkspaceServer } from './workspaceServer.ts';

describe('authenticating in the extension host', () => {
  let server: WorkspaceServer;
  let product: SteeredProduct;
  let demo: Demo;

  before(async () => {
    demo = await startDemo();
    server = await openWorkspaceServer(demo.mcpUrl);
    ({ product } = server);
  });

  after(async () => {
    await server.close();
    await demo.close();
  });

  it('ends with a session in secret storage when the person allows it', async () => {
    server.steerBrowser('allow');
    await commands.executeCommand('mcpAuth.authenticate', await server.row('needsAuthentication'));
    const { session } = await untilState(product.inventory, server.server, 'authenticated');
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
    await commands.executeCommand('mcpAuth.testConnection', await server.row('authenticated'));
    const after = demo.journal.count(({ url, status }) => url === '/mcp' && status === 200);
    assert.ok(after >= before + 2, 'initialize and tools/list were answered');
  });

  it('refreshes once, and keeps the session, when the server no longer takes the token', async () => {
    const refreshes = demo.journal.refreshes.length;
    demo.expireAccessTokens();
    await commands.executeCommand('mcpAuth.testConnection', await server.row('authenticated'));
    await untilState(product.inventory, server.server, 'authenticated');
    assert.equal(demo.journal.refreshes.length, refreshes + 1);
  });

  it('learns of a session that another window has deleted', async () => {
    const [key] = (await product.secrets.keys()).filter((one) => one.startsWith('session:'));
    assert.ok(key);
    const value = await product.secrets.get(key);
    assert.ok(value);
    const at = Date.now();
    await product.secrets.apply([{ key, at, value: null }]);
    await untilState(product.inventory, server.server, 'needsAuthentication');
    await product.secrets.apply([{ key, at: at + 1, value }]);
    await untilState(product.inventory, server.server, 'authenticated');
  });

  it('keeps the record, for a sign-in with one click, when the server has ended the session', async () => {
    demo.revokeEverything();
    await commands.executeCommand('mcpAuth.testConnection', await server.row('authenticated'));
    const { session } = await untilState(product.inventory, server.server, 'expired');
    assert.equal(session?.issuer, demo.issuer);
  });

  it('leaves the stored record alone when a new sign-in is denied', async () => {
    const keys = await product.secrets.keys();
    server.steerBrowser('deny');
    await commands.executeCommand('mcpAuth.authenticate', await server.row('expired'));
    await untilState(product.inventory, server.server, 'expired');
    assert.deepEqual(await product.secrets.keys(), keys);
  });

  it('ignores callbacks that nobody waits for', async () => {
    const tokenRequests = demo.journal.count(({ url }) => url === '/token');
    await deliver(new URLSearchParams({ code: 'forged', state: 'forged' }));
    await untilState(product.inventory, server.server, 'expired');
    assert.equal(
      demo.journal.count(({ url }) => url === '/token'),
      tokenRequests,
    );
  });

  it('replaces the session when the person signs in again', async () => {
    server.steerBrowser('allow');
    await commands.executeCommand('mcpAuth.authenticate', await server.row('expired'));
    await untilState(product.inventory, server.server, 'authenticated');
  });
});
