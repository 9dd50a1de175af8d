import type { Locator, Page } from 'playwright-core';
import { runCommand } from './commandPalette.ts';

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
      // The palette lists what is there when it opens.
      await page.getByRole('tab', { name: /^MCP Auth/ }).waitFor({ timeout: 60_000 });
      // Unlike the icon in the activity bar, which hides the view if it is there already.
      await runCommand(page, 'MCP Auth: Focus on Servers View');
      await page.getByRole('tree', { name: 'Servers' }).waitFor();
    },
    row,
    async waitFor(name, text) {
      await row(name).filter({ hasText: text }).waitFor({ timeout: 60_000 });
    },
    async press(name, action) {
      await row(name).hover();
      await row(name).getByRole('button', { name: action, exact: true }).click();
    },
    async choose(name, action) {
      await row(name).click({ button: 'right' });
      // A menu takes no clicks in its first 100 ms, and drops them without a sign.
      await page.getByRole('menuitem', { name: action, exact: true }).hover();
      await page.keyboard.press('Enter');
    },
  };
}

/** The newest notification that says something. */
export function notification(page: Page, text: RegExp | string): Locator {
  return page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
}

/** The modal dialog that VS Code shows. By its class: notifications have the role of a dialog as well. */
export function modal(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}
