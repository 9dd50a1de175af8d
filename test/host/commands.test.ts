import assert from 'node:assert/strict';
import { commands, env, extensions } from 'vscode';
import { steeredProduct } from './steeredProduct.ts';

describe('the commands', () => {
  it('are all registered, and nothing is registered that package.json does not contribute', async () => {
    await steeredProduct();
    const manifest = extensions.getExtension('mcp-auth.mcp-auth')?.packageJSON;
    const contributed = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    const registered = (await commands.getCommands(true)).filter((id) => /^mcpAuth\.(?!servers\.)/.test(id));
    assert.deepEqual(registered.sort(), contributed.sort());
  });

  it('copy support information: what is stored, without a secret', async () => {
    const { sessions } = await steeredProduct();
    await commands.executeCommand('mcpAuth.copySupportInformation');
    const report = JSON.parse(await env.clipboard.readText());
    assert.equal(report.version, 1);
    assert.equal(report.sessions.length, sessions.all.length);
    assert.equal(report.windows.isHolder, true);
    assert.match(report.extension, /^\d+\.\d+\.\d+$/);
  });
});
