import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { inProject } from '../support/paths.ts';
import { journey } from './harness/journey.ts';
import { filesWithSecrets } from './harness/leaks.ts';
import { notification, seen } from './harness/notifications.ts';
import { answer, openSignInPage } from './harness/signIn.ts';

/** A client by Claude Code's contract, run by the Node of these tests. */
const claude = `'${process.execPath}' --import '${pathToFileURL(inProject('node_modules/tsx/dist/loader.mjs')).href}' '${inProject('test/support/claudeProcess.ts')}'`;

const rows = (page: Page) => page.locator('.terminal-wrapper.active .xterm-rows');

/** Enters a line where the prompt is. */
async function enter(page: Page, line: string): Promise<void> {
  await page.locator('.terminal-wrapper.active .xterm').click();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Resolves when the terminal shows a text, whatever breaks its lines. */
async function shown(page: Page, pattern: RegExp): Promise<string> {
  await page.waitForFunction(
    ([selector, source]) =>
      new RegExp(source ?? '').test(
        document.querySelector(selector ?? '')?.textContent?.replaceAll('\u00a0', ' ') ?? '',
      ),
    ['.terminal-wrapper.active .xterm-rows', pattern.source] as const,
  );
  return (await rows(page).textContent())?.replaceAll('\u00a0', ' ') ?? '';
}

describe('the terminal of a window', () => {
  it('has mcp-auth, which signs in and gives Claude Code what it needs, once the person agrees', () => {
    const mcpJson = (url: string) =>
      JSON.stringify({ mcpServers: { shop: { type: 'http', url, headersHelper: 'mcp-auth headers' } } });
    return journey({ mcpJson }, async ({ demo, vscode, view }) => {
      const { page } = vscode;
      await view.waitFor('shop', 'needs authentication');
      await vscode.runCommand('Terminal: Create New Terminal');
      await enter(page, `PS1='rea''dy> '; clear`);
      await shown(page, /ready>/);

      await enter(page, 'mcp-auth status');
      await shown(page, /1 MCP server, 1 server needs you/);
      await vscode.screenshot('terminal-status');

      const signIn = await openSignInPage(vscode, () => enter(page, 'clear; mcp-auth login shop'));
      await answer(signIn, 'Allow');
      await shown(page, /Authenticated at "shop"\./);
      await view.waitFor('shop', /authenticated · \d+ min/);
      await vscode.screenshot('terminal-login');

      await enter(page, `clear; ${claude} shop`);
      const question = await notification(vscode, /Claude Code wants to use your session at shop/);
      await question.first().waitFor();
      await vscode.screenshot('terminal-question');
      await question.getByRole('button', { name: 'Always Allow' }).click();
      await shown(page, /Connected: .*\w/);
      await vscode.screenshot('terminal-connected');
      await enter(page, 'clear; mcp-auth headers shop < /dev/null | wc -l');
      await seen(vscode, /wants to use your session at shop/, async () => {
        await (await notification(vscode, /wants to use your session at shop/))
          .getByRole('button', { name: 'Never' })
          .click();
      });
      await shown(page, /refused|never/i);
      await vscode.screenshot('terminal-never');

      const text = await rows(page).textContent();
      assert.ok([...demo.journal.secrets].every((secret) => !text?.includes(secret)));
      assert.deepEqual(await filesWithSecrets(vscode.home, demo.journal.secrets), []);
    });
  });
});
