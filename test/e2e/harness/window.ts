import { cp, glob, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { createCleanup } from '../../support/cleanup.ts';
import { inProject } from '../../support/paths.ts';
import { createTemporaryFolder } from '../../support/temporaryFolder.ts';
import { installCodeServer } from '../../support/vscode/install.ts';
import { startCodeServer, userDataDirectory } from '../../support/vscode/server.ts';
import type { Settings } from '../../support/vscode/settings.ts';
import { launchBrowser } from './browser.ts';
import { runCommand } from './commandPalette.ts';
import { saveScreenshot } from './screenshot.ts';

/** What to open VS Code on. */
export interface VsCodeOptions {
  /** Absolute path of the workspace folder; nothing copies or removes it. */
  readonly folder: string;
  /** The packaged extension; without it, what `npm run package` made. */
  readonly vsix?: string;
  /** False opens the folder in restricted mode; otherwise workspace trust is off. */
  readonly trusted?: boolean;
  /** Added to the quiet user settings. */
  readonly settings?: Settings;
  /** Added to the environment of VS Code and so of the extension. */
  readonly env?: Readonly<Record<string, string>>;
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
export interface VsCode extends VsCodeWindow {
  /** The browser profile: secrets live in it. A page that VS Code opens is found through its 'page' event. */
  readonly context: BrowserContext;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly userDataDir: string;
  /** The home folder of VS Code and of all that runs in it. */
  readonly home: string;
  /** VS Code's log files, output channels among them, by their present paths. */
  logFiles(): Promise<readonly string[]>;
  /** A second window of the same user on a folder; without one, on the same folder. */
  openWindow(folder?: string): Promise<VsCodeWindow>;
  /** As many windows of another user, who shares the machine, opened at the same moment on the same folder. */
  openWindowsOfAnotherUser(count: number): Promise<readonly VsCodeWindow[]>;
  /** Ends VS Code and the browser, and removes all they stored. */
  close(): Promise<void>;
}

const viewport = { width: 1280, height: 800 };

/** Starts VS Code with the extension installed and opens a folder in it. Takes a few seconds. */
export async function openVsCode(options: VsCodeOptions): Promise<VsCode> {
  const codeServer = await installCodeServer();
  const cleanup = createCleanup();
  try {
    const temporary = await createTemporaryFolder('mcp-auth-e2e-');
    cleanup.defer(temporary.remove);
    const home = join(temporary.path, 'home');
    await mkdir(home);
    const server = await startCodeServer({
      codeServer,
      home,
      vsix: inProject('dist', 'mcp-auth.vsix'),
      // Everything is logged, so that a search of the logs for secrets means something.
      logLevel: 'trace',
      logFile: inProject('test-results', 'e2e', `${basename(temporary.path)}.log`),
      ...options,
    });
    cleanup.defer(() => keepExtensionLogs(home, basename(temporary.path)));
    cleanup.defer(server.close);
    const browser = await launchBrowser();
    cleanup.defer(() => browser.close());
    const context = await browser.newContext({ viewport });
    const openWindow = async (folder = options.folder, user = context) => {
      const page = await user.newPage();
      await page.goto(`${server.origin}/?folder=${encodeURIComponent(folder)}`);
      await workbenchReady(page);
      return asWindow(page);
    };
    return {
      ...(await openWindow()),
      context,
      origin: server.origin,
      userDataDir: userDataDirectory(home),
      home,
      logFiles: () => listLogs(userDataDirectory(home)),
      openWindow: (folder) => openWindow(folder),
      openWindowsOfAnotherUser: async (count) => {
        const user = await browser.newContext({ viewport });
        return await Promise.all(Array.from({ length: count }, () => openWindow(options.folder, user)));
      },
      close: cleanup.run,
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

/** The log of the extension, of each of its extension hosts, for whoever has to find out what went wrong. */
async function keepExtensionLogs(home: string, name: string): Promise<void> {
  const logs = (await listLogs(userDataDirectory(home))).filter((path) => path.includes('mcp-auth.mcp-auth'));
  for (const [index, path] of logs.entries()) {
    await cp(path, inProject('test-results', 'e2e', `${name}-extension-${index + 1}.log`));
  }
}

async function listLogs(userDataDir: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of glob(join(userDataDir, 'logs', '**', '*.log'))) {
    paths.push(path);
  }
  return paths;
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
