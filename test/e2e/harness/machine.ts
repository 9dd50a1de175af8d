import { cp, glob, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { createCleanup } from '../../support/cleanup.ts';
import { inProject } from '../../support/paths.ts';
import { createTemporaryFolder } from '../../support/temporaryFolder.ts';
import { installCodeServer } from '../../support/vscode/install.ts';
import { startCodeServer, userDataDirectory } from '../../support/vscode/server.ts';
import { quietSettings, type Settings, writeSettings } from '../../support/vscode/settings.ts';
import { launchBrowser } from './browser.ts';
import { endExtensionHosts } from './extensionHosts.ts';

/** A server of VS Code with the packaged extension, and a browser for it. */
export interface Machine {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** The home folder of VS Code and of all that runs in it. */
  readonly home: string;
  readonly userDataDir: string;
  /** A browser profile of somebody who was not here before, empty. */
  newUser(): Promise<BrowserContext>;
  /** VS Code's log files, output channels among them, by their present paths. */
  logFiles(): Promise<readonly string[]>;
  /** Ends all windows, and forgets all that they have left but logs. Then the next ones are the first ones. */
  renew(settings: Settings | undefined): Promise<void>;
  /** Ends VS Code and the browser, and removes all they stored. */
  close(): Promise<void>;
}

const viewport = { width: 1280, height: 800 };

/** Starts VS Code with the extension installed. Takes a few seconds. */
export async function startMachine(options: { readonly trusted?: boolean } = {}): Promise<Machine> {
  const codeServer = await installCodeServer();
  const cleanup = createCleanup();
  try {
    const temporary = await createTemporaryFolder('mcp-auth-e2e-');
    cleanup.defer(temporary.remove);
    const home = join(temporary.path, 'home');
    const userDataDir = userDataDirectory(home);
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
    cleanup.defer(() => keepExtensionLogs(userDataDir, basename(temporary.path)));
    cleanup.defer(server.close);
    const browser = await launchBrowser();
    cleanup.defer(() => browser.close());
    return {
      origin: server.origin,
      home,
      userDataDir,
      newUser: () => browser.newContext({ viewport }),
      logFiles: () => listLogs(userDataDir),
      renew: async (settings) => {
        await Promise.all(browser.contexts().map((context) => context.close()));
        await endExtensionHosts(userDataDir);
        await rm(join(userDataDir, 'User'), { recursive: true, force: true });
        await rm(join(userDataDir, 'Machine'), { recursive: true, force: true });
        await writeSettings(join(userDataDir, 'User', 'settings.json'), { ...quietSettings, ...settings });
      },
      close: cleanup.run,
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

/** The log of the extension, of each of its extension hosts, for whoever has to find out what went wrong. */
async function keepExtensionLogs(userDataDir: string, name: string): Promise<void> {
  const logs = (await listLogs(userDataDir)).filter((path) => path.includes('mcp-auth.mcp-auth'));
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
