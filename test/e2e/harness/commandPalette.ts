import type { Page } from 'playwright-core';
import { clickTime, persistently } from './persistently.ts';

/** Runs a command by its full title, category included, the way a user does: F1, type, click. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  const row = page.locator('.quick-input-widget .monaco-list-row').filter({
    has: page.locator('.label-name', { hasText: exactly(title) }),
  });
  await persistently(page, async () => {
    await page.locator('.monaco-workbench').focus();
    // One that is open lists the commands that were there when it was opened.
    await page.keyboard.press('Escape');
    await input.waitFor({ state: 'hidden', timeout: clickTime });
    await page.keyboard.press('F1');
    await input.waitFor({ state: 'visible', timeout: clickTime });
    await input.fill(`>${title}`, { timeout: clickTime });
    await row.first().waitFor({ state: 'visible', timeout: 4 * clickTime });
    await row.first().click({ timeout: clickTime });
    // Else what the command shows there next is hovered, and the text that this shows covers its neighbours.
    await page.mouse.move(0, 0);
  });
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
