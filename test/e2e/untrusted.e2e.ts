import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { journey } from './harness/journey.ts';
import { sampleMcpJson } from './harness/mcpJson.ts';

const mcpJson = (mcpUrl: string) => sampleMcpJson({ sentry: mcpUrl });

describe('a workspace that is not trusted', () => {
  it('has its servers listed, and nothing contacted or offered', () =>
    journey({ untrusted: true, mcpJson }, async ({ demo, folder, vscode, view }) => {
      await view.waitFor('sentry', 'not asked yet');
      await vscode.page.getByText('its servers are listed, but nothing is contacted').first().waitFor();
      await view.row('sentry').hover();
      await vscode.screenshot('not-trusted');
      const button = view.row('sentry').getByRole('button', { name: 'Authenticate' });
      assert.equal(await button.isEnabled(), false);
      assert.equal(demo.journal.requests.length, 0);

      await rm(join(folder, '.mcp.json'));
      await vscode.page.getByText('No MCP server was found.').waitFor();
      await vscode.page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
      await vscode.screenshot('not-trusted-welcome');
    }));
});
