import assert from 'node:assert/strict';
import { commands, env, Uri, workspace } from 'vscode';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { type HeldServer, startHeldServer } from '../support/heldServer.ts';
import { byHeader, speakMcp } from '../support/mcpReplies.ts';
import { type MisbehavingServer, startMisbehavingServer } from '../support/misbehavingServer.ts';
import { silence, text, unauthorized } from '../support/reply.ts';
import { serverOf, until, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';
import { deliver } from './workspaceServer.ts';

const count = 1000;
const parallel = 8;

describe('a file with a thousand servers in the extension host', function () {
  // Every change of a state is worked out for all of them.
  this.timeout(60_000);
  let product: SteeredProduct;
  let others: HeldServer;
  let last: MisbehavingServer;
  let file: Uri;
  let original: Uint8Array;
  let changes = 0;
  let subscription: { dispose(): void };

  before(async () => {
    product = await steeredProduct();
    subscription = product.inventory.onDidChange(() => {
      changes++;
    });
    // VS Code may start it for its agent mode by itself, as 1.105 does.
    last = await startMisbehavingServer(({ origin }) => {
      const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
      const challenge = unauthorized(`Bearer resource_metadata="${metadata}"`);
      return { 'POST /mcp': byHeader('authorization', /^Bearer/, [speakMcp(), challenge]) };
    });
    // Every tenth one is out of order.
    others = await startHeldServer((path) =>
      path.endsWith('0') ? text('', 'text/plain', { status: 500 }) : unauthorized('Bearer'),
    );
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
    assert.ok(folder);
    file = Uri.joinPath(folder.uri, '.mcp.json');
    original = await workspace.fs.readFile(file);
    const entries = Array.from({ length: count - 1 }, (_, index) => [
      `server-${index}`,
      { type: 'http', url: `${others.origin}/${index}` },
    ]);
    const mcpServers = Object.fromEntries([...entries, ['last', { type: 'http', url: last.mcpUrl }]]);
    await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify({ mcpServers })));
  });

  after(async () => {
    const { inventory, sessions, steering } = product;
    subscription.dispose();
    steering.open = (url) => Promise.reject(new Error(`No test expects a browser at ${url.origin}`));
    await workspace.fs.writeFile(file, original);
    await untilState(inventory, ['two', 'socket'], 'headersOnly');
    for (const { serverUrl, account } of sessions.all) {
      await sessions.delete({ serverUrl, accountId: account.id });
    }
    await others.close();
    await last.close();
  });

  const kinds = () =>
    product.inventory
      .snapshot()
      .flatMap(({ label, servers }) => (label === 'two' ? servers.map(({ state }) => state.kind) : []));
  const row = (name: string) => {
    const { id } = serverOf(product.inventory, 'two', name) ?? assert.fail(`${name} is gone`);
    return { kind: 'server', id };
  };

  it('lists all of them while eight are asked, and does what a person wants meanwhile', async () => {
    await others.untilOpen(parallel);
    assert.equal(others.asked.size, parallel);
    assert.deepEqual([kinds().length, [...new Set(kinds())]], [count, ['unknown']]);
    await commands.executeCommand('mcpAuth.copyServerUrl', row('server-998'));
    assert.equal(await env.clipboard.readText(), `${others.origin}/998`);
  });

  it('signs in at the last of them while most of the others wait for their turn', async () => {
    // Nobody is left without an answer for as long as that takes: each step is one for the others as well.
    const undisturbed = last.disturb(() => {
      others.answerOpen();
      return false;
    }, silence);
    product.steering.open = async ({ href }) => {
      await deliver((await consent(href, { decision: 'allow' })).searchParams);
      return true;
    };
    await commands.executeCommand('mcpAuth.authenticate', row('last'));
    await untilState(product.inventory, ['two', 'last'], 'authenticated');
    undisturbed();
    assert.ok(others.asked.size < count / 2, `${others.asked.size} were asked`);
  });

  it('gets a state for each, having asked each once, never more than eight at once', async () => {
    others.release();
    const found = await until(product.inventory, () => (kinds().includes('unknown') ? undefined : kinds()));
    const number = (kind: string) => found.filter((one) => one === kind).length;
    assert.deepEqual(
      [number('needsAuthentication'), number('unreachable'), number('authenticated')],
      [899, 100, 1],
    );
    assert.equal(others.asked.size, count - 1);
    assert.deepEqual([...new Set(others.asked.values())], [1]);
    assert.equal(others.mostAtOnce, parallel);
    // Answers are told of together. Otherwise the extension host would be busy with nothing else.
    assert.ok(changes < count / 4, `everything was worked out ${changes} times`);
  });

  it('renders a row for each', async () => {
    const { tree } = product;
    const source = ((await tree.getChildren()) ?? []).find(({ id }) => id === file.toString());
    const rows = (await tree.getChildren(source)) ?? [];
    const items = await Promise.all(rows.map((node) => tree.getTreeItem(node)));
    const descriptions = items.map(({ description }) => description);
    assert.equal(items.length, count);
    assert.deepEqual(
      new Set(descriptions.slice(0, -1)),
      new Set(['unreachable: server error', 'needs authentication']),
    );
    assert.equal(descriptions.at(-1), 'authenticated · 60 min');
  });
});
