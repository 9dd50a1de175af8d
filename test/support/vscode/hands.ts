import type { Locator, Page } from 'playwright-core';

/** What a person does in a window of VS Code, with the keyboard. */
export type Deed =
  /** Runs a command by its full title, category included. */
  | { readonly do: 'run'; readonly title: string }
  /** Chooses what a list calls so. */
  | { readonly do: 'pick'; readonly label: string }
  /** Accepts a list or a box as it is, which is known by a text in it. */
  | { readonly do: 'accept'; readonly beside: string }
  /** Types into a box, which is known by a text in it. */
  | { readonly do: 'type'; readonly beside: string; readonly text: string }
  /** Reads what stands in a box. */
  | { readonly do: 'read'; readonly beside: string }
  /** Reads a notification, which is known by a part of its text. */
  | { readonly do: 'see'; readonly text: string }
  /** Presses a button of a notification, which is known by a part of its text. */
  | { readonly do: 'press'; readonly text: string; readonly button: string }
  /** Tells whether the palette has a command. */
  | { readonly do: 'lookFor'; readonly title: string };

/** How long a thing may take to appear, in milliseconds; and how often a palette is opened anew for it. */
const patience = 15_000;
const glance = 3_000;
const attempts = 5;

/** Does it. @returns what was read, or else nothing */
export async function doDeed(page: Page, deed: Deed): Promise<string | undefined> {
  const quickInput = page.locator('.quick-input-widget');
  const box = quickInput.locator('.quick-input-box input');
  switch (deed.do) {
    case 'run':
      await runCommand(page, deed.title);
      return undefined;
    case 'pick':
      await chosenRow(quickInput, deed.label, () => box.fill(deed.label));
      await page.keyboard.press('Enter');
      return undefined;
    case 'accept':
      await quickInput.getByText(deed.beside).first().waitFor({ timeout: patience });
      await page.keyboard.press('Enter');
      return undefined;
    case 'type':
      await quickInput.getByText(deed.beside).first().waitFor({ timeout: patience });
      await box.fill(deed.text, { timeout: patience });
      await page.keyboard.press('Enter');
      return undefined;
    case 'read':
      await quickInput.getByText(deed.beside).first().waitFor({ timeout: patience });
      return await box.inputValue();
    case 'see':
      return (await notification(page, deed.text).textContent({ timeout: patience })) ?? undefined;
    case 'press':
      await notification(page, deed.text)
        .getByRole('button', { name: deed.button, exact: true })
        .click({ timeout: patience });
      return undefined;
    case 'lookFor':
      return String(await isInPalette(page, deed.title));
  }
}

function notification(page: Page, text: string): Locator {
  return page.locator('.notification-list-item').filter({ hasText: text }).first();
}

/** Opens the palette anew until it has the command: what it offers is settled when it opens. */
async function runCommand(page: Page, title: string): Promise<void> {
  const quickInput = page.locator('.quick-input-widget');
  for (let attempt = 1; ; attempt++) {
    try {
      await openPalette(page, title);
      await focusedRow(quickInput, title, glance);
      await page.keyboard.press('Enter');
      return;
    } catch (error) {
      if (attempt === attempts) {
        throw error;
      }
    }
  }
}

async function isInPalette(page: Page, title: string): Promise<boolean> {
  await openPalette(page, title);
  const rows = page.locator('.quick-input-widget .monaco-list-row .label-name');
  await rows.first().waitFor({ timeout: patience });
  const labels = await rows.allTextContents();
  await page.keyboard.press('Escape');
  return labels.some((label) => label.trim() === title);
}

async function openPalette(page: Page, title: string): Promise<void> {
  const box = page.locator('.quick-input-widget .quick-input-box input');
  await page.bringToFront();
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden', timeout: glance });
  await page.locator('.monaco-workbench').focus();
  await page.keyboard.press('F1');
  await box.waitFor({ state: 'visible', timeout: glance });
  await box.fill(`>${title}`, { timeout: glance });
}

/** Filters until Enter would take the row of this label. Of a long list VS Code draws what is in sight only. */
async function chosenRow(quickInput: Locator, label: string, filter: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt < attempts; attempt++) {
    try {
      await drawnRow(quickInput, label).waitFor({ timeout: glance });
    } catch {
      // It is further down, or another list is still there.
    }
    try {
      await filter();
      await focusedRow(quickInput, label, glance);
      return;
    } catch {
      // Whatever was filtered then was another list.
    }
  }
  await filter();
  await focusedRow(quickInput, label, glance);
}

/** Waits until Enter would take the row of this label. */
async function focusedRow(quickInput: Locator, label: string, timeout: number): Promise<void> {
  await drawnRow(quickInput, label, '.focused').waitFor({ timeout });
}

function drawnRow(quickInput: Locator, label: string, state = ''): Locator {
  const name = quickInput.page().locator('.label-name', { hasText: exactly(label) });
  return quickInput.locator(`.monaco-list-row${state}`).filter({ has: name }).first();
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
