import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../src/core/event.ts';
import type { SecretStorage } from '../../src/core/session/secretStorage.ts';
import type { NoticeBoard } from '../../src/core/windows/noticeBoard.ts';

/** What a window of a browser-hosted VS Code gets, where windows are processes: see `BrowserProfile`. */
export interface FolderProfile {
  readonly secrets: SecretStorage;
  readonly board: NoticeBoard;
}

/**
 * Opens a profile that lies in a temporary folder: the secret storage is read once, here, and written back as a whole
 * with every change; notices are live.
 */
export function openFolderProfile(folder: string): FolderProfile {
  mkdirSync(join(folder, 'board'), { recursive: true });
  const file = join(folder, 'secrets.json');
  const copy = new Map<string, string>(Object.entries(JSON.parse(read(file) ?? '{}')));
  const changed = new Emitter<{ readonly key: string }>();
  const writeBack = async (key: string) => {
    replace(file, JSON.stringify(Object.fromEntries(copy)));
    changed.fire({ key });
  };
  const place = (name: string) => join(folder, 'board', encodeURIComponent(name));
  return {
    secrets: {
      onDidChange: changed.event,
      get: async (key) => copy.get(key),
      keys: async () => [...copy.keys()],
      store: async (key, value) => {
        copy.set(key, value);
        await writeBack(key);
      },
      delete: async (key) => {
        copy.delete(key);
        await writeBack(key);
      },
    },
    board: {
      get: (name) => read(place(name)) || undefined,
      set: async (name, value) => replace(place(name), value ?? ''),
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Nobody ever reads a half of it. */
function replace(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
