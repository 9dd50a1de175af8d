import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, workspace } from 'vscode';
import { agentMode } from '../../src/node/agentRoute.ts';
import { changeWish } from '../../src/vscode/agentModeAccess.ts';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { byHeader, mcpResult, speakMcp } from '../support/mcpReplies.ts';
import { recordLog } from '../support/recordedLog.ts';
import { text, unauthorized } from '../support/reply.ts';
import { type SdkSseServer, startSdkSseServer } from '../support/sdkSseServer.ts';
import { callTool, untilToolIsGone } from './agentTools.ts';
import { untilState } from './inventoryState.ts';
import { person } from './page/person.ts';
import { openStatesStage, type StatesStage } from './statesStage.ts';
import { openWorkspaceServer, type WorkspaceServer } from './workspaceServer.ts';

describe('servers in the agent mode of VS Code', () => {
  let host: WorkspaceServer;
  let demo: Demo;

  before(async () => {
    demo = await startDemo();
    host = await openWorkspaceServer(demo.mcpUrl);
    host.steerBrowser('allow');
  });

  after(async () => {
    await host.close();
    await demo.close();
  });

  const signIn = async () => {
    await commands.executeCommand('mcpAuth.authenticate', await host.row('needsAuthentication'));
    await untilState(host.product.inventory, host.server, 'authenticated');
  };
  const whileSet = async (setting: string, value: unknown, work: () => Promise<unknown>) => {
    const set = (wanted: unknown) =>
      workspace.getConfiguration().update(setting, wanted, ConfigurationTarget.Global);
    await set(value);
    try {
      await work();
    } finally {
      await set(undefined);
    }
  };
  const add = { label: 'demo (MCP Auth)', name: 'add' };

  it('have their tools listed and called with the session', async () => {
    await signIn();
    assert.equal(await callTool(add, { a: 2, b: 3 }), '5');
  });

  it('go on when a token has expired in mid-session, and the session is refreshed once', async () => {
    const refreshes = demo.journal.refreshes.length;
    demo.expireAccessTokens();
    assert.equal(await callTool(add, { a: 3, b: 4 }), '7');
    assert.equal(await callTool(add, { a: 4, b: 5 }), '9');
    assert.equal(demo.journal.refreshes.length, refreshes + 1);
  });

  it('are gone while a setting leaves them out', async () => {
    await whileSet('mcpAuth.agentMode.servers', ['*', '!de*'], () => untilToolIsGone(add));
    assert.equal(await callTool(add, { a: 1, b: 1 }), '2');
  });

  it('are gone once "Manage Access" says never, by the settings of the workspace where those decide', async () => {
    const setting = 'mcpAuth.agentMode.servers';
    const entry = {
      program: agentMode,
      serverUrl: demo.mcpUrl,
      serverName: 'demo',
      decision: 'unasked',
    } as const;
    const ports = { inventory: host.product.inventory, log: recordLog().log };
    const inWorkspace = () => workspace.getConfiguration().inspect(setting)?.workspaceValue;
    const set = (value: unknown) =>
      workspace.getConfiguration().update(setting, value, ConfigurationTarget.Workspace);
    await set(['demo']);
    try {
      await changeWish(entry, 'unwanted', ports);
      assert.deepEqual(inWorkspace(), []);
      await untilToolIsGone(add);
      await changeWish(entry, 'wanted', ports);
      assert.deepEqual(inWorkspace(), ['demo']);
      assert.equal(await callTool(add, { a: 1, b: 4 }), '5');
    } finally {
      await set(undefined);
    }
  });

  it('are gone while the organization allows only those of a registry', async () => {
    // VS Code keeps to this only where it installs servers. The lists can be set by policies alone.
    await whileSet('chat.mcp.access', 'registry', () => untilToolIsGone(add));
    assert.equal(await callTool(add, { a: 1, b: 2 }), '3');
  });

  it('tell an agent that the session has expired, and go on after a new sign-in', async () => {
    demo.revokeEverything();
    await assert.rejects(callTool(add, { a: 1, b: 1 }), /invalid_grant/);
    await assert.rejects(
      callTool(add, { a: 1, b: 1 }),
      /The session at "demo" has expired\. Authenticate again/,
    );
    await commands.executeCommand('mcpAuth.authenticate', await host.row('expired'));
    await untilState(host.product.inventory, host.server, 'authenticated');
    assert.equal(await callTool(add, { a: 2, b: 2 }), '4');
  });

  it('are gone once the person has signed out', async () => {
    for (const { serverUrl, account } of host.product.sessions.all) {
      await host.product.sessions.delete({ serverUrl, accountId: account.id });
    }
    await untilToolIsGone(add);
  });
});

describe('an agent that does more than its session allows', () => {
  let stage: StatesStage;

  before(async () => {
    stage = await openStatesStage();
  });
  after(async () => {
    await stage.close();
  });

  it('waits for the person to sign in once more, and then has it done', async () => {
    const { server } = stage;
    const signIns = () => server.requests.filter(({ route }) => route === 'GET /authorize');
    const wanting = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' };
    const tools = [
      {
        name: 'save',
        inputSchema: { type: 'object' },
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
    ];
    const saved = mcpResult({ content: [{ type: 'text', text: 'saved' }] });
    const mcp = speakMcp({
      'tools/list': mcpResult({ tools }),
      'tools/call': (request) =>
        signIns().length < 2
          ? text('', 'text/plain', { status: 403, headers: wanting })
          : typeof saved === 'function'
            ? saved(request)
            : saved,
    });
    const metadata = server.mcpUrl.replace('/mcp', '/.well-known/oauth-protected-resource/mcp');
    const challenge = unauthorized(`Bearer resource_metadata="${metadata}"`);
    server.answer('POST /mcp', byHeader('authorization', /^Bearer/, [mcp, challenge]));
    await stage.configure({ in: 'folder', servers: { subject: { type: 'http', url: server.mcpUrl } } });
    await stage.until('subject', ({ state }) => state.kind === 'needsAuthentication');
    await stage.signIn();

    const calls = [0, 1].map(() => callTool({ label: 'subject (MCP Auth)', name: 'save' }, {}));
    const question = await person.see('wants more permissions');
    assert.match(question, /"subject" wants more permissions for what an agent is doing: files:write\./);
    await person.press('wants more permissions', 'Authenticate');
    assert.deepEqual(await Promise.all(calls), ['saved', 'saved']);
    assert.match(signIns()[1]?.query.get('scope') ?? '', /files:write/);
    assert.equal(signIns().length, 2);
  });
});

describe('a server that speaks the transport of 2024-11-05 only, though its definition says "http"', () => {
  let stage: StatesStage;
  let server: SdkSseServer;

  before(async () => {
    server = await startSdkSseServer();
    stage = await openStatesStage();
  });
  after(async () => {
    await stage.close();
    await server.close();
  });

  it('is reached by the agent mode of VS Code, which falls back to that', async () => {
    // VS Code expands no variables in `.mcp.json`, so that MCP Auth offers a server that needs one.
    const headers = { 'x-key': `\${MCP_AUTH_TEST_KEY:-shown-to-the-server}` };
    await stage.configure({
      in: 'folder',
      servers: { subject: { type: 'http', url: server.sseUrl, headers } },
    });
    assert.equal(await callTool({ label: 'subject (MCP Auth)', name: 'one' }, {}), 'one was called');
    const withKey = server.requests.filter((request) => request.headers['x-key'] === 'shown-to-the-server');
    const routes = withKey.map(({ route }) => route);
    assert.deepEqual(routes.slice(0, 3), ['POST /sse', 'GET /sse', 'POST /messages']);
  });
});
