import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redaction.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import { WindowLocks } from '../core/session/windowLocks.ts';
import { SharedSecrets } from '../core/windows/sharedSecrets.ts';
import { lonelyWindow, type WindowGroup, type WindowHandlers } from '../core/windows/windowGroup.ts';
import { createFileLocks } from '../node/fileLocks.ts';
import { joinWindowGroup } from '../node/windows/joinWindowGroup.ts';
import { createNoticeBoard } from './noticeBoard.ts';

/** What meeting other windows needs. */
export interface MeetingPorts {
  /** @see WindowHandlers */
  readonly deliver: WindowHandlers['deliver'];
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
}

/** The other windows of this machine, and what they have in common. */
export interface Windows {
  readonly windows: WindowGroup;
  readonly secrets: SharedSecrets;
  readonly locks: SessionLocks;
}

/** Meets the other windows of this machine in the folder that VS Code gives this extension there. */
export function meetWindows(context: ExtensionContext, ports: MeetingPorts): Windows {
  const secrets = new SharedSecrets({ ...ports, own: context.secrets });
  const meeting = openMeeting(context, secrets, ports);
  secrets.join(meeting.windows);
  return { ...meeting, secrets };
}

function openMeeting(
  { globalStorageUri, globalState, secrets: own }: ExtensionContext,
  secrets: SharedSecrets,
  ports: MeetingPorts,
): Omit<Windows, 'secrets'> {
  if (globalStorageUri.scheme !== 'file') {
    const self = { id: crypto.randomUUID(), startedAt: ports.clock.now() };
    return { windows: lonelyWindow(self), locks: new WindowLocks() };
  }
  const folder = (name: string) => join(globalStorageUri.fsPath, name);
  const locks = createFileLocks({ ...ports, folder: folder('locks') });
  const handlers: WindowHandlers = {
    snapshot: () => secrets.snapshot(),
    apply: (changes) => secrets.apply(changes),
    deliver: ports.deliver,
  };
  const board = createNoticeBoard(globalState);
  const windows = joinWindowGroup({
    ...ports,
    folder: folder('windows'),
    secrets: own,
    board,
    handlers,
    locks,
  });
  return { windows, locks };
}
