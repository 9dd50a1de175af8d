import type { Locator, Page } from 'playwright-core';
import { clickTime, persistently } from './persistently.ts';

/** How long a menu that opened may take to show an item that can be chosen, in milliseconds. */
const menuTime = 3_000;

/** The view of MCP Auth in one window, as a person handles it. */
export interface ServersView {
  /** Shows the view. */
  open(): Promise<void>;
  /** The row of a server, by its name. */
  row(name: string): Locator;
  /** Resolves when a server's row says something. */
  waitFor(name: string, text: RegExp | string): Promise<void>;
  /** Presses one of the buttons that a row shows under the pointer. */
  press(name: string, action: string): Promise<void>;
  /** Chooses from the context menu of a row. */
  choose(name: string, action: string): Promise<void>;
}

/** @see ServersView */
export function serversView(page: Page): ServersView {
  // Rows are announced as "<name>, MCP server. <sentence>".
  const row = (name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name}, MCP server\\.`) });
  return {
    async open() {
      await page.bringToFront();
      const tab = page.getByRole('tab', { name: /^MCP Auth/ });
      await tab.waitFor({ timeout: 60_000 });
      // VS Code may still be showing again what was open last, which takes the view away.
      await persistently(page, async () => {
        // A click on the icon of a view that is there already, as after a reload, hides it.
        if ((await tab.getAttribute('aria-selected')) !== 'true') {
          await tab.click();
          // Else its name is shown over the rows.
          await page.mouse.move(640, 0);
        }
        // Without servers there are only words of welcome.
        const content = page.getByRole('tree', { name: 'Servers' }).or(page.locator('.welcome-view-content'));
        await content.filter({ visible: true }).first().waitFor({ timeout: 20_000 });
      });
    },
    row,
    async waitFor(name, text) {
      await row(name).filter({ hasText: text }).waitFor({ timeout: 60_000 });
    },
    async press(name, action) {
      await page.bringToFront();
      await row(name).hover();
      await row(name).getByRole('button', { name: action, exact: true }).click();
    },
    async choose(name, action) {
      await persistently(page, async () => {
        // Away with a menu from before: what was disabled when it opened stays so.
        await page.keyboard.press('Escape');
        await row(name).click({ button: 'right', timeout: clickTime });
        // In a window that has just been reloaded VS Code does not know yet that the workspace is trusted.
        const item = page.getByRole('menuitem', { name: action, exact: true, disabled: false });
        // A menu takes no clicks in its first 100 ms, and drops them without a sign.
        await item.hover({ timeout: menuTime });
        await item.press('Enter', { timeout: clickTime });
      });
    },
  };
}

/** The modal dialog that VS Code shows. By its class: notifications have the role of a dialog as well. */
export function modal(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}
