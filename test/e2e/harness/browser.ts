import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumLaunchOptions } from '../../support/vscode/chromium.ts';

/** The browsers that run, so that a failing test can be pictured without its help. */
const running = new Set<Browser>();

/** Starts a browser for one VS Code. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await chromium.launch(await chromiumLaunchOptions());
  running.add(browser);
  browser.once('disconnected', () => running.delete(browser));
  return browser;
}

/** Every page that is open in any browser of `launchBrowser`. */
export function openPages(): readonly Page[] {
  return [...running].flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
}
