import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Claude Code keeps on this machine what does not lie in a workspace: absolute paths. */
export interface ClaudePlaces {
  /** Its state, with the servers of user and local scope. */
  readonly state: string;
  /** The person's settings. */
  readonly settings: string;
  /** What an administrator prescribes. */
  readonly managed: string;
}

const managedFolders: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: '/Library/Application Support/ClaudeCode',
  win32: 'C:\\Program Files\\ClaudeCode',
};

/** The places as Claude Code finds them (mcp-json-facts §1.6). */
export function claudePlaces(): ClaudePlaces {
  const configured = process.env.CLAUDE_CONFIG_DIR;
  return {
    state: join(configured || homedir(), '.claude.json'),
    settings: join(configured || join(homedir(), '.claude'), 'settings.json'),
    managed: join(managedFolders[process.platform] ?? '/etc/claude-code', 'managed-mcp.json'),
  };
}

/** A path as people write it. */
export function withTilde(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) || path.startsWith(`${home}\\`) ? `~${path.slice(home.length)}` : path;
}
