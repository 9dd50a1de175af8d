import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The extension host of a window that is there, as the windows know each other. */
export interface ExtensionHost {
  readonly pid: number;
  readonly startedAt: number;
}

/** The extension hosts in which the extension runs, the oldest first. */
export async function extensionHosts({
  userDataDir,
}: {
  readonly userDataDir: string;
}): Promise<readonly ExtensionHost[]> {
  const folder = join(userDataDir, 'User', 'globalStorage', 'mcp-auth.mcp-auth', 'windows');
  const hosts: ExtensionHost[] = [];
  for await (const path of glob(join(folder, '*.json'))) {
    hosts.push(JSON.parse(await readFile(path, 'utf8')));
  }
  return hosts.sort((one, other) => one.startedAt - other.startedAt);
}

/** Ends the extension hosts whose windows are closed, as they would by themselves some time later. */
export async function endExtensionHosts(userDataDir: string): Promise<void> {
  for (const { pid } of await extensionHosts({ userDataDir })) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}
