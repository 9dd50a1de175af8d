import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import { quietSettings, type Settings, writeSettings } from '../../support/vscode/settings.ts';
import { runCommand } from './commandPalette.ts';
import { clearNotifications } from './notifications.ts';
import { type ServersView, serversView } from './serversView.ts';
import { sharedMachine } from './sharedMachine.ts';
import { openVsCode, type VsCode } from './window.ts';

/** A window on a workspace without servers. */
export interface EmptyWindow {
  /** The workspace's only folder, by its absolute path; the one above it is there for the journey alone as well. */
  readonly folder: string;
  readonly vscode: VsCode;
  readonly view: ServersView;
}

/** Settings beside the quiet ones. */
export interface WindowSettings {
  /** Those of the user. */
  readonly settings?: Settings;
  /** Those of the machine that the workspace is on, and not of the one that the browser is on. */
  readonly machineSettings?: Settings;
}

interface SharedWindow extends EmptyWindow {
  readonly above: TemporaryFolder;
}

let shared: SharedWindow | undefined;

/** What VS Code makes of the quiet settings as soon as it reads them: a reload would follow each such change. */
const migrated: Settings = { 'extensions.autoUpdate': 'off' };

/**
 * The window that all journeys share which do not need one of their own, since VS Code takes ten seconds to open one:
 * as if nobody had been there, but for what is stored of servers that are gone, and for what the status bar says for
 * some seconds, which names the server. It has these settings.
 */
export async function emptySharedWindow(settings: WindowSettings = {}): Promise<EmptyWindow> {
  // Whoever opens a window of their own on the machine closes all that are there.
  if (shared === undefined || shared.vscode.page.isClosed()) {
    await closeSharedWindow();
    shared = await open(settings);
  }
  await tidyUp(shared, settings);
  return shared;
}

/** Closes the window, so that the next journey gets another one: after a failure nobody knows what it shows. */
export async function closeSharedWindow(): Promise<void> {
  const window = shared;
  shared = undefined;
  if (window?.vscode.page.isClosed() === false) {
    await window.vscode.close();
  }
  await window?.above.remove();
}

async function open({ settings }: WindowSettings): Promise<SharedWindow> {
  const above = await createTemporaryFolder('mcp-auth-workspace-');
  const folder = join(above.path, 'acme', 'shop-frontend');
  await mkdir(folder, { recursive: true });
  const vscode = await openVsCode({
    folder,
    settings: { ...migrated, ...settings },
    on: await sharedMachine(),
  });
  return { above, folder, vscode, view: serversView(vscode.page) };
}

async function tidyUp({ folder, vscode, view }: SharedWindow, wanted: WindowSettings): Promise<void> {
  const { page, context, userDataDir } = vscode;
  const others = context.browser()?.contexts() ?? [];
  await Promise.all(others.filter((other) => other !== context).map((other) => other.close()));
  await Promise.all(context.pages().map(async (other) => await (other === page ? undefined : other.close())));
  // Not the folder itself: VS Code watches it.
  await removeAllBut(join(folder, '..'), basename(folder));
  await removeAllBut(folder);
  await page.bringToFront();
  await clearTheTable(page);
  const user = { ...quietSettings, ...migrated, ...wanted.settings };
  const changed = [
    await change(join(userDataDir, 'User', 'settings.json'), user),
    await change(join(userDataDir, 'Machine', 'settings.json'), wanted.machineSettings ?? {}),
  ];
  if (changed.includes(true)) {
    // VS Code does not notice, or not soon, what others write into them.
    await vscode.reload();
  }
  await view.open();
  await page.getByText('No MCP server was found').waitFor();
}

async function clearTheTable(page: Page): Promise<void> {
  for (const [left, command] of [
    ['.part.editor .tabs-container .tab', 'View: Close All Editors'],
    ['.part.panel', 'View: Hide Panel'],
  ] as const) {
    if (await page.locator(left).first().isVisible()) {
      await runCommand(page, command);
    }
  }
  await clearNotifications({ page });
}

/** Returns whether the settings were others. */
async function change(file: string, wanted: Settings): Promise<boolean> {
  const present = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
  if (isDeepStrictEqual(present, wanted)) {
    return false;
  }
  await writeSettings(file, wanted);
  return true;
}

async function removeAllBut(folder: string, kept?: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== kept);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
