import type { Page } from 'playwright-core';

/** How often the palette is opened again for one command. */
const attempts = 4;

/**
 * Runs a command by its full title, category included, the way a user does: F1, type, click. VS Code gives a tree
 * the focus back when it has rendered a row of it, which closes a palette that opened meanwhile: then once more.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await runOnce(page, title, attempt < attempts ? 5_000 : 30_000);
      return;
    } catch (error) {
      if (attempt === attempts) {
        throw error;
      }
    }
  }
}

async function runOnce(page: Page, title: string, timeout: number): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await page.locator('.monaco-workbench').focus();
  await page.keyboard.press('F1');
  await input.waitFor({ state: 'visible' });
  await input.fill(`>${title}`, { timeout });
  const row = page.locator('.quick-input-widget .monaco-list-row').filter({
    has: page.locator('.label-name', { hasText: exactly(title) }),
  });
  await row.first().click({ timeout });
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
