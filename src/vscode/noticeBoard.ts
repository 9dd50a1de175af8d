import type { Memento } from 'vscode';
import type { NoticeBoard } from '../core/windows/noticeBoard.ts';

const prefix = 'notice:';

/** The notices that the windows of one profile see of each other. They lie on disk in the clear, and are public. */
export function createNoticeBoard(globalState: Memento): NoticeBoard {
  return {
    get(name) {
      const notice = globalState.get<unknown>(prefix + name);
      return typeof notice === 'string' ? notice : undefined;
    },
    set: async (name, value) => await globalState.update(prefix + name, value),
  };
}
