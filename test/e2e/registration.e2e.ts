import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { withCleanup } from '../support/cleanup.ts';
import { startMisbehavingServer } from '../support/misbehavingServer.ts';
import { json, text, unauthorized } from '../support/reply.ts';
import { journey } from './harness/journey.ts';
import { sampleMcpJson } from './harness/mcpJson.ts';
import { clearNotifications, notification, seen } from './harness/notifications.ts';
import { modal } from './harness/serversView.ts';
import { answer, openSignInPage } from './harness/signIn.ts';

const mcpJson = (url: string) => sampleMcpJson({ sentry: url });
/** Other settings cost a reload: the journeys with these follow each other. */
const askForScopes = { 'mcpAuth.askForScopes': true };

describe('the client registration of a server', () => {
  it('is cleared when the person says so, and made anew by the next sign-in; the session stays', () =>
    journey({ mcpJson }, async ({ demo, vscode, view }) => {
      const registrations = () => demo.journal.count(({ url }) => url === '/reg');
      const signIn = async () => {
        await answer(await openSignInPage(vscode, () => view.choose('sentry', 'Authenticate')), 'Allow');
        await view.waitFor('sentry', /authenticated · \d+ min/);
      };
      await view.waitFor('sentry', 'needs authentication');
      await view.choose('sentry', 'Clear Client Registration');
      await seen(vscode, 'No client registration is kept for "sentry".');
      await signIn();
      await signIn();
      const before = registrations();
      await view.choose('sentry', 'Clear Client Registration');
      const dialog = modal(vscode.page);
      await dialog.getByText('Clear the client registration at 127.0.0.1').waitFor();
      await dialog.getByText('Sessions stay').waitFor();
      await vscode.screenshot('clear-registration-question');
      await dialog.getByRole('button', { name: 'Clear Client Registration' }).click();
      await seen(vscode, /Cleared the client registration at 127\.0\.0\.1/);
      await view.press('sentry', 'Test Connection');
      await seen(vscode, /"sentry" accepted the session/);
      await signIn();
      assert.equal(registrations(), before + 1);

      await vscode.runCommand('MCP Auth: Clear Client Registration');
      // There are those of other journeys, more than are in sight.
      await vscode.page.locator('.quick-input-widget input').fill(demo.issuer);
      await vscode.page.getByRole('option', { name: demo.issuer }).waitFor();
      await vscode.screenshot('clear-registration-list');
      await vscode.page.getByRole('option', { name: demo.issuer }).click();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    }));
});

/** Ticks or unticks a scope in the list that VS Code shows. */
async function toggle(page: Page, scope: string): Promise<void> {
  await page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: scope }).click();
}

describe('the scopes of a sign-in', () => {
  it('are chosen by the person before the browser opens', () =>
    journey({ mcpJson }, async ({ demo, vscode, view }) => {
      await view.waitFor('sentry', 'needs authentication');
      const signIn = await openSignInPage(vscode, async () => {
        await view.choose('sentry', 'Authenticate with Selected Scopes…');
        await vscode.page.getByText('needed to stay signed in').waitFor();
        await vscode.screenshot('scopes');
        await toggle(vscode.page, 'offline_access');
        await vscode.screenshot('scopes-chosen');
        await vscode.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
      });
      const [request] = demo.journal.requests.filter(({ url }) => url.startsWith('/auth?'));
      assert.equal(new URLSearchParams(request?.url.slice('/auth?'.length)).get('scope'), 'mcp:tools');
      await answer(signIn, 'Allow');
      await view.waitFor('sentry', /authenticated · \d+ min/);
    }));

  it('are asked for once more where the server wants others than a session has', () =>
    withCleanup(async (defer) => {
      const server = await startMisbehavingServer();
      defer(server.close);
      const challenged = server.mcpUrl.replace('/mcp', '/.well-known/oauth-protected-resource/mcp');
      const wanting = 'Bearer error="insufficient_scope", scope="files:write"';
      const signIns = () => server.requests.filter(({ route }) => route === 'GET /authorize');
      server.answer('POST /mcp', ({ headers, body }) => {
        if (headers.authorization === undefined) {
          return unauthorized(`Bearer resource_metadata="${challenged}"`);
        }
        const { id } = JSON.parse(body);
        return signIns().length < 2
          ? text('', 'text/plain', { status: 403, headers: { 'www-authenticate': wanting } })
          : id === undefined
            ? text('', 'text/plain', { status: 202 })
            : json({ jsonrpc: '2.0', id, result: greeting });
      });
      await journey({ mcpJson: () => mcpJson(server.mcpUrl) }, async ({ vscode, view }) => {
        await view.waitFor('sentry', 'needs authentication');
        await view.press('sentry', 'Authenticate');
        await view.waitFor('sentry', /authenticated · \d+ min/);
        await clearNotifications(vscode);
        await view.press('sentry', 'Test Connection');
        await view.waitFor('sentry', 'extra scopes needed');
        for (let time = 0; time < 2; time++) {
          const tested = server.next('POST /mcp');
          await view.choose('sentry', 'Test Connection');
          await tested;
        }
        const complaints = await notification(vscode, 'wants more permissions than this session has');
        await complaints.getByRole('button', { name: 'Authenticate' }).waitFor();
        await vscode.screenshot('extra-scopes-needed');
        assert.equal(await complaints.count(), 1);
        await complaints.getByRole('button', { name: 'Authenticate' }).click();
        // The test goes on by itself.
        await seen(vscode, '"sentry" accepted the session');
        await view.waitFor('sentry', /authenticated · \d+ min/);
        assert.deepEqual(
          signIns().map(({ query }) => query.get('scope')),
          ['files:read', 'files:read files:write'],
        );
      });
    }));

  it('are always chosen where that is wished, and nothing is requested without a choice', () => {
    return journey({ mcpJson, settings: askForScopes }, async ({ demo, vscode, view }) => {
      await view.press('sentry', 'Authenticate');
      await vscode.page.getByText('needed to stay signed in').waitFor();
      await vscode.page.keyboard.press('Escape');
      await vscode.page.getByText('The authentication at "sentry" was cancelled.').waitFor();
      await view.waitFor('sentry', 'needs authentication');
      assert.equal(
        demo.journal.count(({ url }) => url === '/reg'),
        0,
      );
    });
  });
});

/** What an MCP server that takes everybody with the right scopes begins with. */
const greeting = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  serverInfo: { name: 'files', version: '1' },
};

describe('a client metadata document', () => {
  it('is written for the address at which the person publishes it', () =>
    journey({ mcpJson, settings: askForScopes }, async ({ vscode }) => {
      const { page } = vscode;
      const input = page.locator('.quick-input-widget .quick-input-box input');
      await vscode.runCommand('MCP Auth: Create Client Metadata Document');
      await page.getByText('The https address at which you will publish it').waitFor();
      await input.fill('http://me.example/mcp-auth.json');
      await page.getByText('Enter an https address.').waitFor();
      await vscode.screenshot('client-document-address');
      await input.fill('https://me.example/mcp-auth.json');
      await page.keyboard.press('Enter');
      await page.locator('.view-lines').getByText('"http://localhost/callback"').waitFor();
      const advice = await notification(vscode, 'Publish this document at https://me.example/mcp-auth.json');
      await advice.waitFor();
      await vscode.screenshot('client-document');
      await advice.getByRole('button', { name: 'Use This Address' }).click();
      await seen(vscode, 'now know this editor by that address');
      await vscode.runCommand('MCP Auth: Create Client Metadata Document');
      await page.getByText('The https address at which you will publish it').waitFor();
      assert.equal(await input.inputValue(), 'https://me.example/mcp-auth.json');
      await page.keyboard.press('Escape');
      await vscode.runCommand('View: Revert and Close Editor');
    }));
});
