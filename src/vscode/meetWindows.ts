import type { Uri } from 'vscode';
import type { Log } from '../core/log.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import { WindowLocks } from '../core/session/windowLocks.ts';
import { lonelyWindow, type WindowGroup } from '../core/windows/windowGroup.ts';
import { createFileLocks } from '../node/fileLocks.ts';

/** What the windows of this machine have in common. */
export interface Windows {
  readonly windows: WindowGroup;
  readonly locks: SessionLocks;
}

/** Meets the other windows of this machine in the folder that VS Code gives this extension there. */
export function meetWindows(storage: Uri, log: Log): Windows {
  const self = { id: crypto.randomUUID(), startedAt: Date.now() };
  if (storage.scheme !== 'file') {
    return { windows: lonelyWindow(self), locks: new WindowLocks() };
  }
  return { windows: lonelyWindow(self), locks: createFileLocks({ folder: `${storage.fsPath}/locks`, log }) };
}
