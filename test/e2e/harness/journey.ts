import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withCleanup } from '../../support/cleanup.ts';
import { type Demo, type DemoOptions, startDemo } from '../../support/demo/demo.ts';
import { createTemporaryFolder } from '../../support/temporaryFolder.ts';
import { type ServersView, serversView } from './serversView.ts';
import { sharedMachine } from './sharedMachine.ts';
import { openVsCode, type VsCode, type VsCodeOptions } from './window.ts';

/** What a journey of one test begins with: the view open on a workspace, and a server to sign in to. */
export interface Journey {
  readonly demo: Demo;
  readonly vscode: VsCode;
  readonly view: ServersView;
}

/** What differs from journey to journey. */
export interface JourneyOptions {
  readonly demo?: DemoOptions;
  readonly window?: Omit<VsCodeOptions, 'folder' | 'on'>;
  /** The text of the workspace's `.mcp.json`. */
  readonly mcpJson: (mcpUrl: string) => string;
}

/** Goes on a journey and clears up behind it, however it ends. */
export async function journey(options: JourneyOptions, go: (start: Journey) => Promise<void>): Promise<void> {
  await withCleanup(async (defer) => {
    const demo = await startDemo(options.demo);
    defer(demo.close);
    const folder = await createTemporaryFolder('shop-frontend-');
    defer(folder.remove);
    await writeFile(join(folder.path, '.mcp.json'), options.mcpJson(demo.mcpUrl));
    // Trust is a matter of how the server of VS Code is started.
    const place = options.window?.trusted === undefined ? { on: await sharedMachine() } : {};
    const vscode = await openVsCode({ ...options.window, ...place, folder: folder.path });
    defer(vscode.close);
    const view = serversView(vscode.page);
    await view.open();
    await go({ demo, vscode, view });
  });
}
