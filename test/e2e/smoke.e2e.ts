import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { openVsCode, type VsCode } from './harness/window.ts';

describe('VS Code with the packaged extension', () => {
  let folder: TemporaryFolder;
  let vscode: VsCode;

  before(async () => {
    folder = await createTemporaryFolder('mcp-auth-workspace-');
    await writeFile(join(folder.path, '.mcp.json'), '{ "mcpServers": {} }');
    vscode = await openVsCode({ folder: folder.path });
  });

  after(async () => {
    await vscode?.close();
    await folder?.remove();
  });

  it('shows the workbench with the folder open', async () => {
    await vscode.page.getByRole('treeitem', { name: '.mcp.json' }).waitFor();
    await vscode.screenshot('workbench');
  });

  it('runs commands from the palette', async () => {
    await vscode.runCommand('Preferences: Open User Settings (JSON)');
    await vscode.page.getByRole('tab', { name: 'settings.json' }).waitFor();
    await vscode.screenshot('settings');
  });

  it('comes back after a reload', async () => {
    await vscode.reload();
    await vscode.page.getByRole('treeitem', { name: '.mcp.json' }).waitFor();
    assert.notEqual((await vscode.logFiles()).length, 0);
  });
});
