import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { type Journey, type JourneyOptions, journey } from './harness/journey.ts';
import { filesWithSecrets, isSearchable } from './harness/leaks.ts';
import { notification } from './harness/notifications.ts';

import { openSignInPage } from './harness/signIn.ts';

const mcpJson = (url: string) => JSON.stringify({ mcpServers: { sentry: { type: 'http', url } } });

function go(options: Omit<JourneyOptions, 'mcpJson'>, steps: (start: Journey) => Promise<void>) {
  return journey({ ...options, mcpJson }, async (start) => {
    await start.vscode.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await steps(start);
  });
}

const box = (page: Page) => page.locator('.quick-input-widget .quick-input-box input');
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** The address at which a browser ends that cannot get back here, after the person has allowed it. */
async function answerElsewhere(address: string): Promise<string> {
  return (await consent(address, { decision: 'allow' })).href;
}

async function openElsewhere(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

describe('signing in without a browser here', () => {
  it('ends when the box is closed, else takes the address that a browser elsewhere ends at', () =>
    go({}, async ({ demo, vscode, view }) => {
      await vscode.runCommand('MCP Auth: Authenticate (No Browser)');
      await vscode.page.getByRole('option', { name: /sentry/ }).click();
      await vscode.page.getByText('This address is on your clipboard').waitFor();
      await box(vscode.page).press('Escape');
      await vscode.page.getByText('The authentication at "sentry" was cancelled.').waitFor();
      await view.waitFor('sentry', 'needs authentication');

      await view.choose('sentry', 'Authenticate (No Browser)');
      await vscode.page.getByText('This address is on your clipboard').waitFor();
      await view.waitFor('sentry', 'waiting for the redirect URL');
      const address = await box(vscode.page).inputValue();
      await vscode.screenshot('no-browser-address');
      assert.equal(await clipboard(vscode.page), address);
      assert.match(
        new URL(address).searchParams.get('redirect_uri') ?? '',
        /^http:\/\/localhost:\d+\/callback$/,
      );
      assert.equal(vscode.context.pages().length, 1, 'no browser page was opened');

      await box(vscode.page).press('Enter');
      await vscode.page.getByText('Paste the address that the browser ended at').waitFor();
      await box(vscode.page).fill(address);
      await vscode.page.getByText('This is the address of the sign-in page').waitFor();
      await vscode.screenshot('no-browser-wrong-address');

      await box(vscode.page).fill(await answerElsewhere(address));
      await vscode.page.getByText('This is the address of the sign-in page').waitFor({ state: 'hidden' });
      await vscode.screenshot('no-browser-paste');
      await box(vscode.page).press('Enter');
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await box(vscode.page).waitFor({ state: 'hidden' });
      await vscode.screenshot('no-browser-authenticated');
      const issued = new Set([...demo.journal.secrets].filter(isSearchable));
      assert.deepEqual(await filesWithSecrets(vscode.home, issued), []);
    }));

  it('needs nothing pasted where that browser turns out to be on this machine', () =>
    go({}, async ({ vscode, view }) => {
      await view.choose('sentry', 'Authenticate (No Browser)');
      await vscode.page.getByText('This address is on your clipboard').waitFor();
      const here = await openElsewhere(vscode.context, await box(vscode.page).inputValue());
      await here.getByRole('button', { name: 'Allow' }).click();
      await here.getByText('You can close this tab').waitFor();
      await here.close();
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await box(vscode.page).waitFor({ state: 'hidden' });
    }));

  it('offers a device code first, where the authorization server does', () =>
    go({ demo: { deviceFlow: true } }, async ({ vscode, view }) => {
      await view.choose('sentry', 'Authenticate (No Browser)');
      await vscode.page.getByRole('option', { name: /Enter a code on another device/ }).waitFor();
      await vscode.screenshot('no-browser-choice');
      await vscode.page.getByRole('option', { name: /Open an address and paste the answer/ }).click();
      await vscode.page.getByText('This address is on your clipboard').waitFor();
      await box(vscode.page).press('Escape');
      await view.waitFor('sentry', 'needs authentication');
    }));
});

describe('a browser that does not come back', () => {
  it('is made up for by pasting what it ended at, from the progress notification', () =>
    go({}, async ({ demo, vscode, view }) => {
      const signIn = await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
      await signIn.close();
      const progress = await notification(vscode, 'Authenticating at "sentry"');
      await vscode.screenshot('does-not-come-back-links');
      await progress.getByRole('link', { name: 'Paste the redirect URL' }).click();
      await vscode.page.getByText('Paste the address that the browser ended at').waitFor();
      const [request] = demo.journal.requests.filter(({ url }) => url.startsWith('/auth?'));
      await box(vscode.page).fill(await answerElsewhere(demo.issuer + request?.url));
      await vscode.screenshot('paste-while-waiting');
      await box(vscode.page).press('Enter');
      await view.waitFor('sentry', /authenticated · \d+ min/);
      const authorizations = demo.journal.requests.filter(({ url }) => url.startsWith('/auth?'));
      assert.equal(new Set(authorizations.map(({ url }) => url)).size, 1, 'the same attempt went on');
    }));
});
