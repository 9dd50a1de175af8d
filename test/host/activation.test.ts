import assert from 'node:assert/strict';
import { extensions } from 'vscode';

describe('the extension in a real VS Code', () => {
  it('is found under its id and activates', async () => {
    const extension = extensions.getExtension('mcp-auth.mcp-auth');
    assert.ok(extension, 'VS Code does not know the extension');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
