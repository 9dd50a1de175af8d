import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import type { McpAuthApi, McpAuthError } from '../../api/mcp-auth.d.ts';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { untilState } from './inventoryState.ts';
import type { SteeredProduct } from './steeredProduct.ts';
import { openWorkspaceServer, type WorkspaceServer } from './workspaceServer.ts';

/** How the API knows the extension of `test/fixtures/caller`. */
const program = { kind: 'extension', id: 'mcp-auth-tests.caller', label: 'Caller' } as const;

const isCode = (code: string) => (error: McpAuthError) =>
  error.name === 'McpAuthError' && error.code === code && !('cause' in error);

describe('the API in the extension host', () => {
  let server: WorkspaceServer;
  let product: SteeredProduct;
  let demo: Demo;
  let caller: Pick<McpAuthApi, 'authenticate' | 'getAuthorizationHeaders' | 'getSession'>;

  const entry = () => ({ program, serverUrl: demo.mcpUrl, serverName: 'host', decision: 'once' }) as const;

  before(async () => {
    demo = await startDemo();
    server = await openWorkspaceServer(demo.mcpUrl);
    ({ product } = server);
    server.steerBrowser('allow');
    const extension = extensions.getExtension<typeof caller>('mcp-auth-tests.caller');
    caller = (await extension?.activate()) ?? assert.fail('VS Code does not know the calling extension');
  });
  after(async () => {
    await product.access.revoke(entry());
    await server.close();
    await demo.close();
  });

  it('signs in for an extension that is always allowed', async () => {
    await product.access.decide(entry(), 'always');
    const session = await caller.authenticate(demo.mcpUrl);
    await untilState(product.inventory, server.server, 'authenticated');
    assert.equal(session.issuer, demo.issuer);
    assert.deepEqual(await caller.getSession(demo.mcpUrl), session);
  });

  it('finds the extension that calls by its files, and gives it headers that the server takes', async () => {
    const headers = await caller.getAuthorizationHeaders(`${demo.mcpUrl}/`);
    const token = product.sessions.get(demo.mcpUrl)?.tokens.accessToken;
    assert.deepEqual(headers, { Authorization: `Bearer ${token}` });
    const [first] = product.access.entries;
    assert.deepEqual([first?.program, first?.decision], [program, 'always']);
    assert.ok(first?.lastUsedAt !== undefined);
  });

  it('gives nothing to code of no extension', async () => {
    await assert.rejects(product.api.getAuthorizationHeaders(demo.mcpUrl), isCode('unknown_caller'));
  });

  it('gives nothing for a server that no file names', async () => {
    const others = 'https://mcp.example/not-configured';
    await assert.rejects(caller.getAuthorizationHeaders(others), isCode('unknown_server'));
    assert.equal(await caller.getSession(others), undefined);
  });

  it('gives nothing to an extension that the person refuses', async () => {
    await product.access.decide(entry(), 'never');
    await assert.rejects(caller.getAuthorizationHeaders(demo.mcpUrl), isCode('access_refused'));
    await assert.rejects(caller.authenticate(demo.mcpUrl), isCode('access_refused'));
  });

  it('tells of the end of a session', async () => {
    let fired = 0;
    const subscription = product.api.onDidChangeSessions(() => fired++);
    const [session] = product.sessions.all;
    await product.sessions.delete({ serverUrl: demo.mcpUrl, accountId: session?.account.id ?? '' });
    assert.ok(fired > 0);
    subscription.dispose();
    assert.equal(await caller.getSession(demo.mcpUrl), undefined);
    await commands.executeCommand('notifications.clearAll');
  });
});
