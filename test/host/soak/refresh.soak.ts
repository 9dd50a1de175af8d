import assert from 'node:assert/strict';
import { setInterval } from 'node:timers/promises';
import { commands } from 'vscode';
import { openWorkspaceServer, type WorkspaceServer } from '../workspaceServer.ts';
import { median, usedHeap } from './heap.ts';
import { soakLifetime, soakServer } from './server.ts';

const minutes = Number(process.env.MCP_AUTH_SOAK_MINUTES ?? 10);
const pace = 500;

/** Bytes: what measurements of the same thing differ by, in a process that VS Code works in as well. */
const tolerance = 2_000_000;

describe('a session with tokens that live for ten seconds', function () {
  this.timeout((minutes + 2) * 60_000);
  const mcpUrl = process.env[soakServer] ?? '';
  let host: WorkspaceServer;
  before(async () => {
    host = await openWorkspaceServer(mcpUrl);
    host.steerBrowser('allow');
    await commands.executeCommand('mcpAuth.authenticate', await host.row('needsAuthentication'));
  });
  after(() => host?.close());

  it(`always has one that its server takes, for ${minutes} minutes, and memory does not grow`, async () => {
    const { sessions } = host.product;
    const current = () => sessions.get(mcpUrl) ?? assert.fail('the session is gone');
    let refreshes = 0;
    let { accessToken } = current().tokens;
    const subscription = sessions.onDidChange(() => {
      refreshes += current().tokens.accessToken === accessToken ? 0 : 1;
      ({ accessToken } = current().tokens);
    });
    const end = Date.now() + minutes * 60_000;
    const heap: number[] = [];
    let uses = 0;
    for await (const _ of setInterval(pace)) {
      const response = await fetch(mcpUrl, initialize(current().tokens.accessToken));
      await response.body?.cancel();
      assert.equal(response.status, 200, `use ${++uses}`);
      if (uses % 20 === 0) {
        heap.push(usedHeap());
      }
      if (Date.now() > end) {
        break;
      }
    }
    subscription.dispose();
    // A token is refreshed in the last fifth of its life.
    const lifetimes = minutes * (60 / soakLifetime);
    assert.ok(refreshes >= lifetimes - 1 && refreshes <= lifetimes / 0.75, `${refreshes} refreshes`);
    const early = median(heap.slice(Math.floor(heap.length / 5), Math.ceil((heap.length * 2) / 5)));
    const late = median(heap.slice(-Math.ceil(heap.length / 5)));
    console.log(`${uses} uses, ${refreshes} refreshes, heap ${megabytes(early)} → ${megabytes(late)}`);
    assert.ok(late - early < tolerance, `the heap grew from ${megabytes(early)} to ${megabytes(late)}`);
  });
});

function initialize(accessToken: string): RequestInit {
  return {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'soak', version: '1' } },
    }),
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
