import type { BrowserContext, Page } from 'playwright-core';
import { modal } from './serversView.ts';

/** Waits for the sign-in page that `start` makes VS Code open, letting VS Code open it if it asks. */
export async function openSignInPage(
  { page, context }: { readonly page: Page; readonly context: BrowserContext },
  start: () => Promise<void>,
  onDialog: () => Promise<unknown> = async () => undefined,
): Promise<Page> {
  const opened = context.waitForEvent('page', { timeout: 60_000 });
  await start();
  const open = modal(page).getByRole('button', { name: 'Open', exact: true });
  const first = await Promise.race([opened, open.waitFor({ timeout: 60_000 }).then(() => undefined)]);
  if (first === undefined) {
    await onDialog();
    await open.click();
  }
  const signIn = await opened;
  await signIn.getByRole('button', { name: 'Allow' }).waitFor();
  return signIn;
}

/** Presses a button of the sign-in page and closes the page that the browser ends up on. */
export async function answer(signIn: Page, decision: 'Allow' | 'Deny'): Promise<void> {
  await signIn.getByRole('button', { name: decision }).click();
  await signIn.waitForURL(/\/callback\?/);
  await signIn.close();
}
