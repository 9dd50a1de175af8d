import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import { callTool, untilToolIsGone } from './agentTools.ts';
import { untilState } from './inventoryState.ts';
import { privateNetwork } from './privateNetworkNames.ts';
import { steeredProduct } from './steeredProduct.ts';
import { choosesSystemAuthorities } from './systemAuthorities.ts';

const label = 'private (MCP Auth)';
const tool = { label, name: 'connects' };

/** VS Code expands no variables in `.mcp.json`, so that MCP Auth offers a server that needs one. */
const headers = { 'x-key': `\${MCP_AUTH_TEST_KEY:-shown-to-the-server}` };

describe('The network of the gateway', () => {
  let file: string;
  let original: string;
  let host: string;

  const setProxy = (url: string | undefined) =>
    workspace.getConfiguration('http').update('proxy', url, ConfigurationTarget.Global);

  before(async () => {
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two') ?? assert.fail();
    file = join(folder.uri.fsPath, '.mcp.json');
    original = await readFile(file, 'utf8');
  });

  afterEach(async () => {
    await writeFile(file, original);
    const { inventory } = await steeredProduct();
    await untilState(inventory, ['two', 'socket'], 'headersOnly');
    await untilToolIsGone(tool);
    await setProxy(undefined);
  });

  async function configure(variable: string): Promise<void> {
    const url = process.env[variable] ?? assert.fail(`${variable} is not set`);
    await writeFile(file, JSON.stringify({ mcpServers: { private: { type: 'http', url, headers } } }));
    host = new URL(url).host;
  }

  /** Calls the tool several times over, for which it takes no connection each. */
  async function assertReachedByProxy(): Promise<void> {
    const counts: number[] = [];
    for (let count = 0; count < 5; count++) {
      const { connects, key } = JSON.parse(await callTool(tool, {}));
      assert.equal(key, 'shown-to-the-server');
      counts.push(connects.filter((connected: unknown) => connected === host).length);
    }
    const [first = 0, last = 0] = [counts[0], counts.at(-1)];
    assert.ok(first > 0, 'the proxy was not asked');
    // The client may begin to listen meanwhile.
    assert.ok(last - first <= 1, `the proxy was asked for a connection again and again: ${counts}`);
  }

  it('goes by the proxy of "http.proxy" over one connection, and trusts the authorities of the environment', async () => {
    await setProxy(process.env[privateNetwork.proxy]);
    await configure(privateNetwork.extraUrl);
    await assertReachedByProxy();
  });

  if (choosesSystemAuthorities) {
    it('trusts the authorities of the system as VS Code does', async () => {
      await setProxy(process.env[privateNetwork.proxy]);
      await configure(privateNetwork.systemUrl);
      await assertReachedByProxy();
    });
  }

  it('tells an agent whose authority is not trusted, and what to do', async () => {
    await setProxy(process.env[privateNetwork.proxy]);
    await configure(privateNetwork.untrustedUrl);
    await assert.rejects(callTool(tool, {}), /its certificate is not trusted\..*"http\.systemCertificates"/);
  });

  it('tells an agent that the proxy cannot be reached, and goes by another one as soon as that is set', async () => {
    await setProxy('http://127.0.0.1:1');
    await configure(privateNetwork.extraUrl);
    await assert.rejects(
      callTool(tool, {}),
      /The proxy .* cannot be reached\. Check the setting "http\.proxy"/,
    );
    await setProxy(process.env[privateNetwork.proxy]);
    await assertReachedByProxy();
  });
});
