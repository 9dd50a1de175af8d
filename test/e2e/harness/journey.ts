import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withCleanup } from '../../support/cleanup.ts';
import { type Demo, type DemoOptions, startDemo } from '../../support/demo/demo.ts';
import { createTemporaryFolder } from '../../support/temporaryFolder.ts';
import { type ServersView, serversView } from './serversView.ts';
import { sharedMachine } from './sharedMachine.ts';
import { openVsCode, type VsCode, type VsCodeOptions } from './window.ts';

/** What a journey of one test begins with: the view open on a workspace, and a server to sign in to. */
export interface Journey {
  readonly demo: Demo;
  /** The workspace's only one, by its absolute path. */
  readonly folder: string;
  readonly vscode: VsCode;
  readonly view: ServersView;
}

/** What differs from journey to journey. */
export interface JourneyOptions {
  readonly demo?: DemoOptions;
  readonly window?: Omit<VsCodeOptions, 'folder' | 'on'>;
  /** The text of the workspace's `.mcp.json`. */
  readonly mcpJson: (mcpUrl: string) => string;
  /** The texts of further files, by their paths relative to the workspace. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Goes on a journey and clears up behind it, however it ends. */
export async function journey(options: JourneyOptions, go: (start: Journey) => Promise<void>): Promise<void> {
  await withCleanup(async (defer) => {
    const demo = await startDemo(options.demo);
    defer(demo.close);
    const temporary = await createTemporaryFolder('mcp-auth-workspace-');
    defer(temporary.remove);
    const folder = join(temporary.path, 'acme', 'shop-frontend');
    await writeFiles(folder, { ...options.files, '.mcp.json': options.mcpJson(demo.mcpUrl) });
    // Trust is a matter of how the server of VS Code is started.
    const place = options.window?.trusted === undefined ? { on: await sharedMachine() } : {};
    const vscode = await openVsCode({ ...options.window, ...place, folder });
    defer(vscode.close);
    const view = serversView(vscode.page);
    await view.open();
    await go({ demo, folder, vscode, view });
  });
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
