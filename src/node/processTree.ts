import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';

const isWindows = process.platform === 'win32';

/** How long processes get to end by themselves, in milliseconds. */
const grace = 1000;

/** What makes a child the root of a tree that {@link endProcessTree} can end, as an option of `spawn`. */
export const rootOfTree = { detached: !isWindows };

/** Ends a process and whatever it has started: asks at first, and does not ask a second later. Does not wait. */
export function endProcessTree(pid: number, clock: Clock): void {
  if (isWindows) {
    // There are no groups: taskkill follows the parents. Nothing to be done where even that is missing. By its path, since
    // a name would be looked for in the working folder first.
    const { SystemRoot: system = 'C:\\Windows' } = process.env;
    spawn(join(system, 'System32', 'taskkill.exe'), ['/pid', String(pid), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    }).on('error', () => undefined);
    return;
  }
  if (signalGroup(pid, 'SIGTERM')) {
    clock.setTimer(grace, () => signalGroup(pid, 'SIGKILL'));
  }
}

/** @returns whether there was still somebody in the group */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
