import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withCleanup } from '../support/cleanup.ts';
import { freshTokens, startMisbehavingServer } from '../support/misbehavingServer.ts';
import { json, silence, unauthorized } from '../support/reply.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { extensionHosts } from './harness/extensionHosts.ts';
import { journey } from './harness/journey.ts';
import { seen } from './harness/notifications.ts';
import { modal, serversView } from './harness/serversView.ts';
import { sharedMachine } from './harness/sharedMachine.ts';
import { answer, openSignInPage } from './harness/signIn.ts';
import { openVsCode } from './harness/window.ts';

const mcpJson = (url: string) => JSON.stringify({ mcpServers: { sentry: { type: 'http', url } } });

describe('windows that start at the same moment, with nothing stored', () => {
  it('share what one of them signs in to, and nothing with another user of the machine', () =>
    journey({ mcpJson }, async ({ vscode, view }) => {
      await answer(await openSignInPage(vscode, () => view.press('sentry', 'Authenticate')), 'Allow');
      await view.waitFor('sentry', /authenticated · \d+ min/);

      const [first, second] = await vscode.openWindowsOfAnotherUser(2);
      assert.ok(first && second);
      const [firstView, secondView] = [serversView(first.page), serversView(second.page)];
      await second.page.bringToFront();
      await secondView.open();
      await secondView.waitFor('sentry', 'needs authentication');
      await first.page.bringToFront();
      await firstView.open();
      await firstView.waitFor('sentry', 'needs authentication');

      const user = { page: first.page, context: first.page.context() };
      await answer(await openSignInPage(user, () => firstView.press('sentry', 'Authenticate')), 'Allow');
      await firstView.waitFor('sentry', /authenticated · \d+ min/);
      await second.page.bringToFront();
      await secondView.waitFor('sentry', /authenticated · \d+ min/);
      await second.reload();
      await secondView.open();
      await secondView.waitFor('sentry', /authenticated · \d+ min/);

      await secondView.press('sentry', 'Sign Out');
      await modal(second.page).getByRole('button', { name: 'Sign Out' }).click();
      await secondView.waitFor('sentry', 'needs authentication');
      await first.page.bringToFront();
      await firstView.waitFor('sentry', 'needs authentication');
      await first.screenshot('meet-signed-out');
      await vscode.page.bringToFront();
      await view.press('sentry', 'Test Connection');
      await seen(vscode, /"sentry" accepted the session/);
    }));
});

describe('a window whose extension host is killed (-9) while its refresh is on the way', () => {
  it('leaves the session to the other, which refreshes it, and has it after a reload', () =>
    withCleanup(async (defer) => {
      const server = await startMisbehavingServer();
      defer(server.close);
      const folder = await createTemporaryFolder('shop-frontend-');
      defer(folder.remove);
      await writeFile(join(folder.path, '.mcp.json'), mcpJson(server.mcpUrl));
      const vscode = await openVsCode({ folder: folder.path, on: await sharedMachine() });
      defer(vscode.close);
      const view = serversView(vscode.page);
      await view.open();
      // This server asks nobody, and redirects at once.
      const back = vscode.context.waitForEvent('page');
      await view.press('sentry', 'Authenticate');
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await (await back).close();
      const second = await vscode.openWindow();
      const secondView = serversView(second.page);
      await second.page.bringToFront();
      await secondView.open();
      await secondView.waitFor('sentry', /authenticated · \d+ min/);

      const challenge = `Bearer resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp"`;
      const current = freshTokens();
      server.answer('POST /mcp', ({ headers }) =>
        headers.authorization === `Bearer ${current.access_token}`
          ? json({ jsonrpc: '2.0', id: 1, result: initialized })
          : unauthorized(challenge),
      );
      server.answer('POST /token', silence);
      await vscode.page.bringToFront();
      const asked = server.next('POST /token');
      await view.press('sentry', 'Test Connection');
      const { form } = await asked;
      const [oldest, youngest] = await extensionHosts(vscode);
      assert.ok(oldest && youngest);
      process.kill(oldest.pid, 'SIGKILL');

      server.answer('POST /token', (request) => {
        assert.equal(request.form.get('refresh_token'), form.get('refresh_token'));
        return json(current);
      });
      await second.page.bringToFront();
      await secondView.press('sentry', 'Test Connection');
      await seen(second, /"sentry" accepted the session/);
      await second.screenshot('killed-other-window');
      assert.deepEqual(
        (await extensionHosts(vscode)).map(({ pid }) => pid).filter((pid) => pid === oldest.pid),
        [],
      );

      await vscode.page.bringToFront();
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await view.press('sentry', 'Test Connection');
      await seen(vscode, /"sentry" accepted the session/);
      await vscode.screenshot('killed-reloaded');
    }));
});

/** What an MCP server without tools says of itself. */
const initialized = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  serverInfo: { name: 'sentry', version: '1' },
};
