import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withCleanup } from '../support/cleanup.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { serversView } from './harness/serversView.ts';
import { sharedMachine } from './harness/sharedMachine.ts';
import { openVsCode } from './harness/window.ts';

// What a workspace that is not trusted is welcomed with, untrusted.e2e.ts shows.
describe('the view without servers', () => {
  it('says what to do about it, until there is a server', () =>
    withCleanup(async (defer) => {
      const folder = await createTemporaryFolder('mcp-auth-workspace-');
      defer(folder.remove);
      const vscode = await openVsCode({ folder: folder.path, on: await sharedMachine() });
      defer(vscode.close);
      const { page } = vscode;
      const view = serversView(page);
      await view.open();
      await page.getByText('No MCP server was found').waitFor();
      await vscode.screenshot('welcome-no-servers');
      await writeFile(join(folder.path, '.mcp.json'), '{ "mcpServers": { "files": { "command": "npx" } } }');
      await view.waitFor('files', 'stdio');

      await page.goto(`${vscode.origin}/?ew=true`);
      await view.open();
      await page.getByText('Open a folder with a .mcp.json').waitFor();
      await page.getByRole('button', { name: 'Open Folder' }).waitFor();
      await vscode.screenshot('welcome-no-folder');
    }));
});
