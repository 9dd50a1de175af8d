import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Shim } from '../../core/config/helperCommand.ts';
import { AuthError } from '../../core/errors.ts';

/** What telling other programs of MCP Auth takes. */
export interface ClientPorts {
  /** Absolute path of the terminal command, the same after an update; absent where there is none. */
  readonly shimPath: () => string | undefined;
  /** The setting by which programs find this window that were not started in its terminals. */
  readonly headless: { isOn(): boolean; turnOn(): Promise<void> };
  /** Absolute path of `~/.claude.json`. */
  readonly claudeState: string;
  /** Absolute path of Codex's `config.toml`. */
  readonly codexConfig: string;
  /** Looks at once at what is there now: VS Code tells nothing of a file whose folder may not be there. */
  readonly reloadCodex: () => Promise<void>;
}

/** Where Codex has its configuration (mcp-json-facts §2): an absolute path. */
export function codexConfigPath(home = homedir(), codexHome = process.env.CODEX_HOME): string {
  return join(codexHome || join(home, '.codex'), 'config.toml');
}

/** The terminal command, as a command line names it. @throws AuthError `storage` where there is none */
export function shimOf({ shimPath }: ClientPorts): Shim {
  const path = shimPath();
  if (path === undefined) {
    throw new AuthError('storage', 'The terminal command "mcp-auth" is not there in this window.');
  }
  return { path, shell: process.platform === 'win32' ? 'cmd' : 'sh' };
}
