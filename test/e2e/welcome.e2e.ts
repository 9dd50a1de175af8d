import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveScreenshot } from './harness/screenshot.ts';
import { serversView } from './harness/serversView.ts';
import { emptySharedWindow } from './harness/sharedWindow.ts';

// What a workspace that is not trusted is welcomed with, untrusted.e2e.ts shows.
describe('the view without servers', () => {
  it('says what to do about it, until there is a server', async () => {
    const { folder, vscode, view } = await emptySharedWindow();
    await vscode.page.getByText('No MCP server was found').waitFor();
    await vscode.screenshot('welcome-no-servers');
    await writeFile(join(folder, '.mcp.json'), '{ "mcpServers": { "files": { "command": "npx" } } }');
    await view.waitFor('files', 'stdio');
  });

  it('says what to do about it where there is no folder', async () => {
    const { vscode } = await emptySharedWindow();
    const page = await vscode.context.newPage();
    await page.goto(`${vscode.origin}/?ew=true`);
    await serversView(page).open();
    await page.getByText('Open a folder with a .mcp.json').waitFor();
    await page.getByRole('button', { name: 'Open Folder' }).waitFor();
    await saveScreenshot(page, 'welcome-no-folder');
  });
});
