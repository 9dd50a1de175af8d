import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import type { Caller } from '../node/ipc/terminalCalls.ts';

/**
 * Which program this command runs for, by what can be seen of it.
 *
 * @param claim what the program says of itself: `claude` or `codex`
 */
export function findCaller(env: Readonly<Record<string, string | undefined>>, claim?: string): Caller {
  const { CLAUDE_CODE_MCP_SERVER_NAME: claudeServer } = env;
  if (claim === 'codex') {
    return { program: 'codex' };
  }
  if (claim === 'claude' || claudeServer !== undefined) {
    return { program: 'claudeCode' };
  }
  const parent = parentName();
  return { program: isatty(0) ? 'terminal' : 'script', ...(parent === undefined ? {} : { parent }) };
}

/** What every process of Node.js 24 is called. */
const nameOfNode = 'MainThread';

/** The name of the process that has started this one. Only Linux tells without starting another one. */
function parentName(): string | undefined {
  if (process.platform !== 'linux') {
    // On Windows anybody could make a folder of this name.
    return undefined;
  }
  const parent = `/proc/${process.ppid}`;
  try {
    const name = readFileSync(`${parent}/comm`, 'utf8').trim();
    const told = name === nameOfNode ? basename(readlinkSync(`${parent}/exe`)) : name;
    return told.slice(0, 100) || undefined;
  } catch {
    return undefined;
  }
}
