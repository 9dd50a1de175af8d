import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redaction.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import { WindowLocks } from '../core/session/windowLocks.ts';
import { lonelyWindow, type WindowGroup, type WindowHandlers } from '../core/windows/windowGroup.ts';
import { createFileLocks } from '../node/fileLocks.ts';
import { joinWindowGroup } from '../node/windows/joinWindowGroup.ts';
import { createNoticeBoard } from './noticeBoard.ts';

/** What meeting other windows needs. */
export interface MeetingPorts {
  readonly handlers: WindowHandlers;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** The other windows of this machine, and what they take turns by. */
export interface Windows {
  readonly windows: WindowGroup;
  readonly locks: SessionLocks;
}

/** Meets the other windows of this machine in the folder that VS Code gives this extension there. */
export function meetWindows(
  { globalStorageUri, globalState, secrets }: ExtensionContext,
  ports: MeetingPorts,
): Windows {
  if (globalStorageUri.scheme !== 'file') {
    const self = { id: crypto.randomUUID(), startedAt: ports.clock.now() };
    return { windows: lonelyWindow(self), locks: new WindowLocks() };
  }
  const folder = (name: string) => join(globalStorageUri.fsPath, name);
  const locks = createFileLocks({ ...ports, folder: folder('locks') });
  const board = createNoticeBoard(globalState);
  return {
    windows: joinWindowGroup({ ...ports, folder: folder('windows'), secrets, board, locks }),
    locks,
  };
}
