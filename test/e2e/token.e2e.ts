import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { withCleanup } from '../support/cleanup.ts';
import {
  type MisbehavingServer,
  type ReceivedRequest,
  startMisbehavingServer,
} from '../support/misbehavingServer.ts';
import { json, page, type Reply, text, unauthorized } from '../support/reply.ts';
import { type Journey, journey } from './harness/journey.ts';
import { filesWithSecrets } from './harness/leaks.ts';
import { clearNotifications, notification, seen } from './harness/notifications.ts';
import { modal } from './harness/serversView.ts';

const good = 'good-token-of-the-person';
const wrong = 'wrong-token-of-the-person';

/** A server that takes one token, in a header of its own. */
function takeApiKey({ headers, body }: ReceivedRequest): Reply {
  if (headers['x-api-key'] !== good) {
    return unauthorized('Bearer error="invalid_token", error_description="Unknown key"');
  }
  const { id, method } = JSON.parse(body);
  const results: Readonly<Record<string, unknown>> = {
    initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} } },
    'tools/list': { tools: [] },
  };
  return method in results
    ? json({ jsonrpc: '2.0', id, result: results[method] })
    : text('', 'text/plain', { status: 202 });
}

function beside(run: (journey: Journey, server: MisbehavingServer) => Promise<void>): Promise<void> {
  return withCleanup(async (defer) => {
    const server = await startMisbehavingServer(() => ({ 'POST /mcp': takeApiKey }));
    defer(server.close);
    const servers = { tracker: { type: 'http', url: server.mcpUrl } };
    await journey({ mcpJson: () => JSON.stringify({ mcpServers: servers }) }, async (started) => {
      await started.view.waitFor('tracker', 'needs authentication');
      await run(started, server);
      const searched = await filesWithSecrets(started.vscode.home, new Set([good, wrong]));
      assert.deepEqual(searched, []);
    });
  });
}

const box = (window: Page) => window.locator('.quick-input-widget .quick-input-box input');
const question = (window: Page) => window.getByText(/Enter the token or API key that you have from/);

describe('a token entered by hand', () => {
  it('is kept once the server has taken it, until the person removes it', () =>
    beside(async ({ vscode, view }) => {
      const { page: window } = vscode;
      await view.choose('tracker', 'Set Token…');
      await question(window).waitFor();
      assert.equal(await box(window).getAttribute('type'), 'password');
      await box(window).fill('<your-token>');
      await window.getByText('This looks like a placeholder').waitFor();
      await vscode.screenshot('token-placeholder');
      await box(window).fill(`Bearer ${wrong}`);
      await box(window).press('Enter');
      const rejection = await notification(
        vscode,
        /does not accept .* "Unknown key"\. The token was not saved/,
      );
      await rejection.first().waitFor();
      await vscode.screenshot('token-rejected');
      await view.waitFor('tracker', 'needs authentication');

      await rejection.getByRole('button', { name: 'Try Again' }).click();
      await question(window).waitFor();
      await box(window).fill(good);
      await window.getByRole('button', { name: 'Change How It Is Sent' }).click();
      await window.getByRole('option', { name: /X-API-Key/ }).click();
      await question(window).waitFor();
      assert.equal(await box(window).inputValue(), good);
      await window.getByText(/only, as "X-API-Key: …"/).waitFor();
      await vscode.screenshot('token-question');
      await box(window).press('Enter');
      await view.waitFor('tracker', 'saved token');
      await seen(vscode, 'The token for "tracker" is saved.');
      await vscode.screenshot('token-saved');

      await vscode.reload();
      await view.open();
      await view.waitFor('tracker', 'saved token');
      await view.choose('tracker', 'Remove Token');
      await modal(window).getByText('Remove the token for "tracker"?').waitFor();
      await vscode.screenshot('token-removal');
      await modal(window).getByRole('button', { name: 'Cancel' }).click();
      await view.waitFor('tracker', 'saved token');
      await view.choose('tracker', 'Remove Token');
      await modal(window).getByRole('button', { name: 'Remove Token' }).click();
      await view.waitFor('tracker', 'needs authentication');
    }));

  it('is kept unchecked only if the person says so, and the one before stays until then', () =>
    beside(async ({ vscode, view }, server) => {
      const { page: window } = vscode;
      server.answer('POST /mcp', page(500));
      const setToken = async () => {
        await vscode.runCommand('MCP Auth: Set Token…');
        await window.getByRole('option', { name: /tracker/ }).click();
        await question(window).waitFor();
        await box(window).fill(good);
        await box(window).press('Enter');
        return await notification(vscode, /could not be checked: .*HTTP 500.* Save it anyway\?/);
      };
      await (await setToken()).first().waitFor();
      await vscode.screenshot('token-unchecked');
      await clearNotifications(vscode);
      assert.equal(await view.row('tracker').filter({ hasText: 'saved token' }).count(), 0);
      await (await setToken()).getByRole('button', { name: 'Save Anyway' }).click();
      await view.waitFor('tracker', 'saved token');
    }));
});
