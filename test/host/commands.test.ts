import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import { steeredProduct } from './steeredProduct.ts';

describe('the commands', () => {
  it('are all registered, and nothing is registered that package.json does not contribute', async () => {
    await steeredProduct();
    const manifest = extensions.getExtension('mcp-auth.mcp-auth')?.packageJSON;
    const contributed = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    const registered = (await commands.getCommands(true)).filter((id) => /^mcpAuth\.(?!servers\.)/.test(id));
    assert.deepEqual(registered.sort(), contributed.sort());
  });
});
