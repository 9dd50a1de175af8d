import type { BrowserContext, Page } from 'playwright-core';
import type { Settings } from '../../support/vscode/settings.ts';
import { runCommand } from './commandPalette.ts';
import { type Machine, startMachine } from './machine.ts';
import { saveScreenshot } from './screenshot.ts';

/** What to open VS Code on. */
export interface VsCodeOptions {
  /** Absolute path of the workspace folder; nothing copies or removes it. */
  readonly folder: string;
  /** False opens the folder in restricted mode; otherwise workspace trust is off. Only for a machine of its own. */
  readonly trusted?: boolean;
  /** Added to the quiet user settings. */
  readonly settings?: Settings;
  /** Where to open it, after all that others have left there is cleared away; without one, on a machine of its own. */
  readonly on?: Machine;
}

/** One window of VS Code, with an extension host of its own. */
export interface VsCodeWindow {
  readonly page: Page;
  /** Runs a command by its full title, such as `MCP Auth: Authenticate`. */
  runCommand(title: string): Promise<void>;
  /** Saves `test-results/e2e/NN-name.png`. Returns its path. */
  screenshot(name: string): Promise<string>;
  /** Reloads the window: the same profile, a new extension host. Resolves when the workbench is back. */
  reload(): Promise<void>;
}

/** VS Code as a user has it, with the extension installed; itself the first window. */
export interface VsCode extends VsCodeWindow, Pick<Machine, 'origin' | 'userDataDir' | 'home' | 'logFiles'> {
  /** The browser profile: secrets live in it. A page that VS Code opens is found through its 'page' event. */
  readonly context: BrowserContext;
  /** A second window of the same user on a folder; without one, on the same folder. */
  openWindow(folder?: string): Promise<VsCodeWindow>;
  /** As many windows of another user, who shares the machine, opened at the same moment on the same folder. */
  openWindowsOfAnotherUser(count: number): Promise<readonly VsCodeWindow[]>;
  /** Ends all windows, and the machine if it is of its own. */
  close(): Promise<void>;
}

/** Opens a folder in VS Code. Takes a few seconds. */
export async function openVsCode({ on, folder, settings, ...options }: VsCodeOptions): Promise<VsCode> {
  const machine = on ?? (await startMachine(options));
  const close = () => (on === undefined ? machine.close() : machine.renew({}));
  const { origin, userDataDir, home, logFiles } = machine;
  const openWindow = async (user: BrowserContext, opened = folder) => {
    const page = await user.newPage();
    await page.goto(`${origin}/?folder=${encodeURIComponent(opened)}`);
    await workbenchReady(page);
    return asWindow(page);
  };
  try {
    await machine.renew(settings);
    const context = await machine.newUser();
    return {
      ...(await openWindow(context)),
      context,
      origin,
      userDataDir,
      home,
      logFiles,
      openWindow: (another) => openWindow(context, another),
      openWindowsOfAnotherUser: async (count) => {
        const user = await machine.newUser();
        return await Promise.all(Array.from({ length: count }, () => openWindow(user)));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function asWindow(page: Page): VsCodeWindow {
  return {
    page,
    runCommand: (title) => runCommand(page, title),
    screenshot: (name) => saveScreenshot(page, name),
    reload: async () => {
      await page.reload();
      await workbenchReady(page);
    },
  };
}

/** The workbench is there, and its explorer shows the folder: connected to the server. */
async function workbenchReady(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ state: 'visible', timeout: 60_000 });
  await page.locator('.explorer-viewlet, .pane-body').first().waitFor({ state: 'visible', timeout: 60_000 });
}
