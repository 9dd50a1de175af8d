import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { serverOf, untilState } from './inventoryState.ts';
import type { SteeredProduct } from './steeredProduct.ts';
import { openWorkspaceServer, type WorkspaceServer } from './workspaceServer.ts';

describe('several accounts in the extension host', () => {
  let host: WorkspaceServer;
  let product: SteeredProduct;
  let demo: Demo;

  before(async () => {
    demo = await startDemo({ openId: true });
    host = await openWorkspaceServer(demo.mcpUrl);
    ({ product } = host);
  });

  after(async () => {
    for (const { account } of product.sessions.accounts(demo.mcpUrl)) {
      await product.sessions.delete({ serverUrl: demo.mcpUrl, accountId: account.id });
    }
    await untilState(product.inventory, host.server, 'needsAuthentication');
    await host.close();
    await demo.close();
  });

  const server = () => serverOf(product.inventory, ...host.server) ?? assert.fail('the server is gone');
  const serverRow = () => ({ kind: 'server', id: server().id });
  const look = () => server().accounts.map(({ name, isUsed }) => [name, isUsed]);
  const accountRow = (name: string) => {
    const { id } = server().accounts.find((account) => account.name === name) ?? {};
    return { kind: 'account', id: id ?? assert.fail(`${name} is not signed in`) };
  };

  it('are there once a second person has been added, who is used from then on', async () => {
    host.steerBrowser('allow', 'alice');
    await commands.executeCommand('mcpAuth.authenticate', serverRow());
    await untilState(product.inventory, host.server, 'authenticated');
    assert.deepEqual(look(), [['alice@example.com', true]]);
    host.steerBrowser('allow', 'bob');
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
    host.steerBrowser('allow', 'alice');
    await commands.executeCommand('mcpAuth.addAccount', serverRow());
    assert.deepEqual(look(), [
      ['alice@example.com', true],
      ['bob@example.com', false],
    ]);
  });
});
