import type { Locator, Page } from 'playwright-core';
import { clickTime, persistently } from './persistently.ts';

interface Window {
  readonly page: Page;
}

/**
 * Shows the notification center, and the notifications that say something. VS Code shows no toast for the
 * fourth of notifications that follow each other within 800 ms, which a test achieves and a person does not. But when
 * the last one in the center is answered, the center goes, and the next one is a toast.
 */
export async function notification({ page }: Window, text: RegExp | string): Promise<Locator> {
  await showAll(page);
  const shown = page.locator('.notifications-center, .notifications-toasts');
  return shown.locator('.notification-list-item').filter({ hasText: text });
}

/** Resolves when a notification says something; `look` may look at it before all notifications are cleared. */
export async function seen(
  window: Window,
  text: RegExp | string,
  look: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await (await notification(window, text)).first().waitFor();
  await look();
  await clearNotifications(window);
}

/** Clears all notifications, and hides the progress that is left. */
export async function clearNotifications({ page }: Window): Promise<void> {
  await showAll(page);
  await persistently(page, async () => {
    const clear = center(page).getByRole('button', { name: 'Clear All Notifications' });
    if ((await clear.isVisible()) && (await clear.isEnabled())) {
      await clear.click({ timeout: clickTime });
    }
    await moveAway(page);
    if (await center(page).isVisible()) {
      await bell(page).click({ timeout: clickTime });
      await moveAway(page);
    }
    await center(page).waitFor({ state: 'hidden', timeout: clickTime });
  });
}

async function showAll(page: Page): Promise<void> {
  await persistently(page, async () => {
    if (!(await center(page).isVisible())) {
      await moveAway(page);
      await bell(page).click({ timeout: clickTime });
      await center(page).waitFor({ state: 'visible', timeout: clickTime });
      await moveAway(page);
    }
  });
}

/** Else what is under the pointer is explained, over what is next to it: the bell, or a notification. */
async function moveAway(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
}

function center(page: Page): Locator {
  return page.locator('.notifications-center');
}

/** In the status bar. */
function bell(page: Page): Locator {
  return page.locator('[id="status.notifications"]').getByRole('button');
}
