import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Cleanup, createCleanup, withCleanup } from '../../support/cleanup.ts';
import { type Demo, type DemoOptions, startDemo } from '../../support/demo/demo.ts';
import { createTemporaryFolder } from '../../support/temporaryFolder.ts';
import { type ServersView, serversView } from './serversView.ts';
import { type EmptyWindow, emptySharedWindow, type WindowSettings } from './sharedWindow.ts';
import { openVsCode, type VsCode } from './window.ts';

/** What a journey begins with: the view open on a workspace, and a server to sign in to. */
export interface Journey {
  readonly demo: Demo;
  /** The workspace's only one, by its absolute path. */
  readonly folder: string;
  readonly vscode: VsCode;
  readonly view: ServersView;
}

/** What differs from journey to journey. */
export interface JourneyOptions extends WindowSettings {
  readonly demo?: DemoOptions;
  /** In restricted mode, which takes a VS Code of its own; otherwise in the window that journeys share. */
  readonly untrusted?: true;
  /** The text of the workspace's `.mcp.json`. */
  readonly mcpJson: (mcpUrl: string) => string;
  /** The texts of further files, by their paths relative to the workspace. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Goes on a journey and clears up behind it, however it ends. */
export async function journey(options: JourneyOptions, go: (start: Journey) => Promise<void>): Promise<void> {
  await withCleanup(async (defer) => {
    const { end, ...start } = await startJourney(options);
    defer(end);
    await go(start);
  });
}

/** Starts a journey of several tests. `end` ends its server, and its VS Code if it has one of its own. */
export async function startJourney(
  options: JourneyOptions,
): Promise<Journey & { readonly end: () => Promise<void> }> {
  const cleanup = createCleanup();
  try {
    const demo = await startDemo(options.demo);
    cleanup.defer(demo.close);
    const write = (folder: string) =>
      writeFiles(folder, { ...options.files, '.mcp.json': options.mcpJson(demo.mcpUrl) });
    const window = options.untrusted
      ? await untrustedWindow(write, cleanup)
      : await emptySharedWindow(options);
    if (!options.untrusted) {
      await write(window.folder);
    }
    await window.view.open();
    await window.vscode.page
      .getByRole('treeitem', { name: /, MCP server\./ })
      .first()
      .waitFor();
    return { demo, ...window, end: cleanup.run };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function untrustedWindow(
  write: (folder: string) => Promise<void>,
  { defer }: Pick<Cleanup, 'defer'>,
): Promise<EmptyWindow> {
  const temporary = await createTemporaryFolder('mcp-auth-workspace-');
  defer(temporary.remove);
  const folder = join(temporary.path, 'acme', 'shop-frontend');
  await write(folder);
  const vscode = await openVsCode({ folder, trusted: false });
  defer(vscode.close);
  return { folder, vscode, view: serversView(vscode.page) };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
