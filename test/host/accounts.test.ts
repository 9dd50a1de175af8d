import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, env, Uri, workspace } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { serverOf, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';

const demoServer = ['two', 'demo'] as const;

describe('several accounts in the extension host', () => {
  let product: SteeredProduct;
  let demo: Demo;
  let file: Uri;
  let original: Uint8Array;

  before(async () => {
    product = await steeredProduct();
    demo = await startDemo({ openId: true });
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
    for (const { account } of product.sessions.accounts(demo.mcpUrl)) {
      await product.sessions.delete({ serverUrl: demo.mcpUrl, accountId: account.id });
    }
    await untilState(product.inventory, demoServer, 'needsAuthentication');
    await workspace.fs.writeFile(file, original);
    await untilState(product.inventory, ['two', 'socket'], 'headersOnly');
    await demo.close();
  });

  /** Plays a person of that name, whose answer comes back by the editor's own scheme. */
  function signInAs(user: string): void {
    product.steering.open = async (url) => {
      const { searchParams } = await consent(url.href, { decision: 'allow', user });
      const query = ['code', 'iss', 'state'].map((name) => `${name}=${searchParams.get(name)}`).join('&');
      await commands.executeCommand(
        'vscode.open',
        Uri.from({ scheme: env.uriScheme, authority: 'mcp-auth.mcp-auth', path: '/callback', query }),
      );
      return true;
    };
  }

  const server = () => serverOf(product.inventory, ...demoServer) ?? assert.fail('the server is gone');
  const serverRow = () => ({ kind: 'server', id: server().id });
  const look = () => server().accounts.map(({ name, isUsed }) => [name, isUsed]);
  const accountRow = (name: string) => {
    const { id } = server().accounts.find((account) => account.name === name) ?? {};
    return { kind: 'account', id: id ?? assert.fail(`${name} is not signed in`) };
  };

  it('are there once a second person has been added, who is used from then on', async () => {
    signInAs('alice');
    await commands.executeCommand('mcpAuth.authenticate', serverRow());
    await untilState(product.inventory, demoServer, 'authenticated');
    assert.deepEqual(look(), [['alice@example.com', true]]);
    signInAs('bob');
    await commands.executeCommand('mcpAuth.addAccount', serverRow());
    assert.deepEqual(look(), [
      ['alice@example.com', false],
      ['bob@example.com', true],
    ]);
    const keys = (await product.secrets.keys()).filter((key) => key.startsWith('session:'));
    assert.equal(keys.length, 2);
  });

  it('are used in turn, whichever the person chooses in this workspace', async () => {
    await commands.executeCommand('mcpAuth.useAccount', accountRow('alice@example.com'));
    assert.deepEqual(look(), [
      ['alice@example.com', true],
      ['bob@example.com', false],
    ]);
    assert.equal(server().session?.accountName, 'alice@example.com');
    await commands.executeCommand('mcpAuth.testConnection', serverRow());
    await commands.executeCommand('mcpAuth.useAccount', accountRow('bob@example.com'));
    assert.equal(server().session?.accountName, 'bob@example.com');
  });

  it('become no more when a person is added who is there, and that one is used', async () => {
    signInAs('alice');
    await commands.executeCommand('mcpAuth.addAccount', serverRow());
    assert.deepEqual(look(), [
      ['alice@example.com', true],
      ['bob@example.com', false],
    ]);
  });
});
