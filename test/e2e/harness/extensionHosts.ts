import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VsCode } from './window.ts';

/** The extension host of a window that is there, as the windows know each other. */
export interface ExtensionHost {
  readonly pid: number;
  readonly startedAt: number;
}

/** The extension hosts in which the extension runs, the oldest first. */
export async function extensionHosts({ userDataDir }: VsCode): Promise<readonly ExtensionHost[]> {
  const folder = join(userDataDir, 'User', 'globalStorage', 'mcp-auth.mcp-auth', 'windows');
  const hosts: ExtensionHost[] = [];
  for await (const path of glob(join(folder, '*.json'))) {
    hosts.push(JSON.parse(await readFile(path, 'utf8')));
  }
  return hosts.sort((one, other) => one.startedAt - other.startedAt);
}
