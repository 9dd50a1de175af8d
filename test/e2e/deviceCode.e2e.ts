import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { journey } from './harness/journey.ts';
import { filesWithSecrets, isSearchable } from './harness/leaks.ts';
import { notification, seen } from './harness/notifications.ts';
import { saveScreenshot } from './harness/screenshot.ts';

import { answer } from './harness/signIn.ts';

const options = {
  demo: { deviceFlow: true },
  mcpJson: (url: string) => JSON.stringify({ mcpServers: { sentry: { type: 'http', url } } }),
};

/** The tab with the code: a frame in a frame, as VS Code has it. */
function codePage(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview').frameLocator('iframe[title="Authenticate at sentry"]');
}

/** The commands of ours that the palette lists for a text. */
async function offered(page: Page, text: string): Promise<readonly string[]> {
  await page.locator('.monaco-workbench').focus();
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget .quick-input-box input').fill(`>${text}`);
  const rows = page.locator('.quick-input-widget .monaco-list-row .label-name');
  // Whatever else, one of the similar commands, or that there is none.
  await rows.first().waitFor();
  const names = await rows.allInnerTexts();
  await page.keyboard.press('Escape');
  return names.filter((name) => name.startsWith(text));
}

describe('signing in with a device code', () => {
  it('shows a code and a QR code, and is authenticated once it was entered elsewhere', () =>
    journey(options, async ({ demo, vscode, view }) => {
      await vscode.context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await view.choose('sentry', 'Authenticate with a Device Code');
      const shown = codePage(vscode.page);
      const code = (await shown.locator('.code').textContent({ timeout: 60_000 })) ?? '';
      assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/);
      await shown.getByRole('img', { name: new RegExp(`^QR code of .*user_code=${code}$`) }).waitFor();
      await view.waitFor('sentry', 'waiting for the code');
      await vscode.screenshot('device-code');
      await shown.getByRole('link', { name: 'Copy the Code' }).click();
      await vscode.page.getByText('The code is on your clipboard.').waitFor();
      assert.equal(await vscode.page.evaluate(() => navigator.clipboard.readText()), code);

      const phone = await vscode.context.newPage();
      await phone.goto((await shown.locator('.address').textContent()) ?? '');
      await phone.getByPlaceholder('Enter code').fill(code);
      await saveScreenshot(phone, 'device-enter-code');
      await phone.getByRole('button', { name: 'Continue' }).click();
      await phone.getByText('It shows this code now').waitFor();
      await phone.getByRole('button', { name: 'Continue' }).click();
      await phone.getByRole('button', { name: 'Allow' }).click();
      await phone.getByText('You are signed in').waitFor();
      await phone.close();

      await view.waitFor('sentry', /authenticated · \d+ min/);
      await vscode.page.locator('iframe.webview').waitFor({ state: 'detached' });
      await vscode.screenshot('device-authenticated');
      await view.press('sentry', 'Test Connection');
      await seen(vscode, /"sentry" accepted the session/);
      const issued = [...demo.journal.secrets].filter(isSearchable);
      assert.deepEqual(await filesWithSecrets(vscode.home, new Set(issued)), []);
    }));

  it('shows the code again, opens its page here, and is cancelled from the tab', () =>
    journey(options, async ({ vscode, view }) => {
      await vscode.runCommand('MCP Auth: Authenticate with a Device Code');
      await vscode.page.getByRole('option', { name: /sentry/ }).click();
      const shown = codePage(vscode.page);
      await shown.locator('.code').waitFor({ timeout: 60_000 });
      await vscode.runCommand('View: Close Editor');
      await vscode.page.locator('iframe.webview').waitFor({ state: 'detached' });
      const progress = await notification(vscode, 'Authenticating at "sentry"');
      await vscode.screenshot('device-progress');
      await progress.getByRole('link', { name: 'Show the code' }).click();
      await shown.locator('.code').waitFor();
      const opened = vscode.context.waitForEvent('page');
      await shown.getByRole('link', { name: 'Open the Page' }).click();
      const here = await opened;
      await here.getByText('It shows this code now').waitFor();
      await saveScreenshot(here, 'device-confirm');
      await here.close();
      await vscode.runCommand('MCP Auth: Copy Device Code');
      await vscode.page.getByText('The code is on your clipboard.').waitFor();
      await shown.getByRole('link', { name: 'Cancel' }).click();
      await vscode.page.getByText('The authentication at "sentry" was cancelled.').waitFor();
      await view.waitFor('sentry', 'needs authentication');
      await vscode.page.locator('iframe.webview').waitFor({ state: 'detached' });
      assert.deepEqual(await offered(vscode.page, 'MCP Auth: Copy Device Code'), []);
    }));

  it('says so where the authorization server does not offer it, and signs in by the browser instead', () =>
    journey({ ...options, demo: {} }, async ({ vscode, view }) => {
      await view.choose('sentry', 'Authenticate with a Device Code');
      const error = await notification(vscode, 'does not offer to sign in with a device code');
      await error.waitFor();
      await vscode.screenshot('device-not-offered');
      const opened = vscode.context.waitForEvent('page');
      await error.getByRole('button', { name: 'Authenticate' }).click();
      const signIn = await opened;
      await answer(signIn, 'Allow');
      await view.waitFor('sentry', /authenticated · \d+ min/);
    }));
});
