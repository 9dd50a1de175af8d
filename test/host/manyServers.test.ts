import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { commands, env, Uri, workspace } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { type HeldServer, startHeldServer } from '../support/heldServer.ts';
import { send, text, unauthorized } from '../support/reply.ts';
import { serverOf, until, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';
import { deliver } from './workspaceServer.ts';

const count = 1000;
const parallel = 8;

describe('a file with a thousand servers in the extension host', () => {
  let product: SteeredProduct;
  let demo: Demo;
  let servers: HeldServer;
  let file: Uri;
  let original: Uint8Array;

  before(async () => {
    product = await steeredProduct();
    demo = await startDemo();
    servers = await startHeldServer((path, response) =>
      // Every tenth one is out of order.
      send(path.endsWith('0') ? text('', 'text/plain', { status: 500 }) : unauthorized('Bearer'), response),
    );
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
    assert.ok(folder);
    file = Uri.joinPath(folder.uri, '.mcp.json');
    original = await workspace.fs.readFile(file);
    const entries = Array.from({ length: count - 1 }, (_, index) => [
      `server-${index}`,
      { type: 'http', url: `${servers.origin}/${index}` },
    ]);
    const mcpServers = Object.fromEntries([...entries, ['demo', { type: 'http', url: demo.mcpUrl }]]);
    await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify({ mcpServers })));
    await servers.untilOpen(parallel);
  });

  after(async () => {
    const { inventory, sessions, steering } = product;
    steering.open = (url) => Promise.reject(new Error(`No test expects a browser at ${url.origin}`));
    await workspace.fs.writeFile(file, original);
    await untilState(inventory, ['two', 'socket'], 'headersOnly');
    for (const { serverUrl, account } of sessions.all) {
      await sessions.delete({ serverUrl, accountId: account.id });
    }
    await servers.close();
    await demo.close();
  });

  const row = (name: string) => {
    const { id } = serverOf(product.inventory, 'two', name) ?? assert.fail(`${name} is gone`);
    return { kind: 'server', id };
  };

  it('can be worked with while eight of them are asked, and the others wait', async () => {
    assert.equal(servers.asked.size, parallel);
    const source = product.inventory.snapshot().find(({ label }) => label === 'two');
    assert.equal(source?.servers.length, count);
    assert.ok(source.servers.every(({ state }) => state.kind === 'unknown' && state.isAsking));
    await commands.executeCommand('mcpAuth.copyServerUrl', row('server-998'));
    assert.equal(await env.clipboard.readText(), `${servers.origin}/998`);
    product.steering.open = async ({ href }) => {
      await deliver((await consent(href, { decision: 'allow' })).searchParams);
      return true;
    };
    await commands.executeCommand('mcpAuth.authenticate', row('demo'));
    await untilState(product.inventory, ['two', 'demo'], 'authenticated');
    assert.equal(servers.asked.size, parallel);
  });

  it('gets a state for each, asking each once and never more than eight at once, with turns for others in between', async () => {
    const { inventory } = product;
    const turns = countTurns();
    let changes = 0;
    const subscription = inventory.onDidChange(() => {
      changes++;
    });
    servers.release();
    const states = await until(inventory, () => {
      const kinds = inventory
        .snapshot()
        .flatMap(({ label, servers: found }) =>
          label === 'two' ? found.map(({ state }) => state.kind) : [],
        );
      return kinds.includes('unknown') ? undefined : kinds;
    });
    subscription.dispose();
    const number = (kind: string) => states.filter((one) => one === kind).length;
    assert.deepEqual(
      [number('needsAuthentication'), number('unreachable'), number('authenticated')],
      [899, 100, 1],
    );
    assert.equal(servers.asked.size, count - 1);
    assert.deepEqual([...new Set(servers.asked.values())], [1]);
    assert.equal(servers.mostAtOnce, parallel);
    const passed = await turns.stop();
    assert.ok(passed >= count / parallel, `only ${passed} turns of the event loop`);
    assert.ok(changes <= count / parallel, `everything was worked out ${changes} times`);
  });

  it('renders a row for each', async () => {
    const { tree } = product;
    const source = ((await tree.getChildren()) ?? []).find(({ id }) => id === file.toString());
    const rows = (await tree.getChildren(source)) ?? [];
    const items = await Promise.all(rows.map((node) => tree.getTreeItem(node)));
    assert.equal(items.length, count);
    assert.ok(items.every(({ description, label }) => description && label));
  });
});

/** Counts how often others get their turn. */
function countTurns(): { stop(): Promise<number> } {
  let isOver = false;
  const counting = (async () => {
    let turns = 0;
    while (!isOver) {
      await setImmediate();
      turns++;
    }
    return turns;
  })();
  return {
    stop: async () => {
      isOver = true;
      return await counting;
    },
  };
}
