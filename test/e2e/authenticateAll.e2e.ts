import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { withCleanup } from '../support/cleanup.ts';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { startMisbehavingServer } from '../support/misbehavingServer.ts';
import { journey } from './harness/journey.ts';
import { filesWithSecrets } from './harness/leaks.ts';
import { clearNotifications, notification, seen } from './harness/notifications.ts';

import { answer } from './harness/signIn.ts';

/** Resolves when so many pages beside VS Code's own are open, each where the person is asked. */
async function signInPages(context: BrowserContext, own: Page, count: number): Promise<readonly Page[]> {
  const pages = () => context.pages().filter((page) => page !== own);
  while (pages().length < count) {
    await context.waitForEvent('page', { timeout: 60_000 });
  }
  await Promise.all(pages().map((page) => page.getByRole('button', { name: 'Allow' }).waitFor()));
  return pages();
}

const pageOf = (pages: readonly Page[], { issuer }: Demo): Page =>
  pages.find((page) => page.url().startsWith(issuer)) ?? assert.fail(`no page of ${issuer} is open`);

describe('Authenticate All', () => {
  it('opens the page of each server that needs it, and says in one notification what came of it', () =>
    withCleanup(async (defer) => {
      const signedIn = await startMisbehavingServer();
      defer(signedIn.close);
      const [notion, figma] = [await startDemo(), await startDemo()];
      defer(notion.close);
      defer(figma.close);
      const http = (url: string) => ({ type: 'http', url });
      const mcpJson = (linear: string) =>
        JSON.stringify({
          mcpServers: {
            sentry: http(signedIn.mcpUrl),
            linear: http(linear),
            notion: http(notion.mcpUrl),
            figma: http(figma.mcpUrl),
          },
        });
      await journey({ mcpJson }, async ({ demo: linear, vscode, view }) => {
        const { page: window, context } = vscode;
        await view.press('sentry', 'Authenticate');
        await view.waitFor('sentry', /authenticated · \d+ min/);
        await Promise.all(
          context.pages().map(async (page) => await (page === window ? undefined : page.close())),
        );
        await clearNotifications(vscode);
        const asked = signedIn.asked.length;

        await window.getByRole('button', { name: 'Authenticate All', exact: true }).click();
        const pages = await signInPages(context, window, 3);
        await window.bringToFront();
        for (const name of ['linear', 'notion', 'figma']) {
          await view.waitFor(name, 'waiting for your browser');
        }
        await (await notification(vscode, 'Authenticating at 3 servers'))
          .getByRole('link', { name: 'Open the page again' })
          .waitFor();
        await vscode.screenshot('authenticate-all-progress');
        await answer(pageOf(pages, linear), 'Allow');
        await answer(pageOf(pages, notion), 'Allow');
        await answer(pageOf(pages, figma), 'Deny');
        await seen(
          vscode,
          /Authenticated at "linear" and "notion"\. Failed: "figma" \(.*denied.*\)\. Nothing to do at "sentry"\./,
          () => vscode.screenshot('authenticate-all-summary'),
        );
        await view.waitFor('linear', /authenticated · \d+ min/);
        await view.waitFor('notion', /authenticated · \d+ min/);
        await view.waitFor('figma', 'needs authentication');
        assert.equal(signedIn.asked.length, asked, 'a server with a good session is left alone');
        const secrets = new Set([...linear.journal.secrets, ...notion.journal.secrets]);
        assert.deepEqual(await filesWithSecrets(vscode.home, secrets), []);
      });
    }));
});
