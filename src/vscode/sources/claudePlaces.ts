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

/** What the places depend on. */
export interface Machine {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The variable `CLAUDE_CONFIG_DIR`: where Claude Code has been told to keep its files. */
  readonly configDirectory: string | undefined;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  return { home: homedir(), platform: process.platform, configDirectory: process.env.CLAUDE_CONFIG_DIR };
}

/** The places as Claude Code finds them (mcp-json-facts §1.6). */
export function claudePlaces({ home, platform, configDirectory }: Machine = thisMachine()): ClaudePlaces {
  return {
    state: join(configDirectory || home, '.claude.json'),
    settings: join(configDirectory || join(home, '.claude'), 'settings.json'),
    managed: join(managedFolders[platform] ?? '/etc/claude-code', 'managed-mcp.json'),
  };
}

/** A path as people write it. */
export function withTilde(path: string, home = homedir()): string {
  return path.startsWith(`${home}/`) || path.startsWith(`${home}\\`) ? `~${path.slice(home.length)}` : path;
}
