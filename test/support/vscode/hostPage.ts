import { chromium } from 'playwright-core';
import { chromiumLaunchOptions } from './chromium.ts';
import { type Deed, doDeed } from './hands.ts';
import type { RunningServer } from './server.ts';

/** Which tests to run on what. All paths are absolute. */
export interface HostPageOptions {
  readonly server: RunningServer;
  readonly extensionPath: string;
  readonly testsPath: string;
  readonly workspacePath: string;
  /** Receives what the extension host and the window print. */
  readonly log: (line: string) => unknown;
}

/** A window of VS Code whose extension host runs a test suite. */
export interface HostPage {
  /** Resolves with 0 if VS Code says the suite passed; rejects when the window is gone before it says anything. */
  readonly exitCode: Promise<number>;
  screenshot(file: string): Promise<void>;
  /** Does what a person does. @returns what was read, if anything */
  act(deed: Deed): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Opens VS Code's web window on a server of `startVsCodeServer`, with the tests to run in its extension host. */
export async function openHostPage(options: HostPageOptions): Promise<HostPage> {
  const browser = await chromium.launch(await chromiumLaunchOptions());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('console', (message) => options.log(`[window] ${message.type()} ${message.text()}`));
  page.on('pageerror', (error) => options.log(`[window] ${error.stack ?? error.message}`));
  await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) =>
    options.log(`[host] ${type} ${args.map(String).join(' ')}`),
  );
  const exitCode = new Promise<number>((resolve, reject) => {
    page.on('crash', () => reject(new Error('The page of VS Code crashed.')));
    page.on('close', () => reject(new Error('The page of VS Code was closed.')));
    page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)).catch(reject);
  });
  // Somebody waits for it later; until then a rejection is not unhandled.
  exitCode.catch(() => undefined);
  await page.goto(address(options));
  return {
    exitCode,
    screenshot: async (file) => {
      await page.screenshot({ path: file });
    },
    act: (deed) => doDeed(page, deed),
    close: () => browser.close(),
  };
}

function address({ server, extensionPath, testsPath, workspacePath }: HostPageOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
  const url = new URL(server.origin);
  url.searchParams.set(workspacePath.endsWith('.code-workspace') ? 'workspace' : 'folder', workspacePath);
  url.searchParams.set(
    'payload',
    JSON.stringify([
      ['extensionDevelopmentPath', remote(extensionPath)],
      ['extensionTestsPath', remote(testsPath)],
      ['skipWelcome', 'true'],
    ]),
  );
  return url.href;
}
