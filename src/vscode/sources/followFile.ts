import { unwatchFile, watchFile } from 'node:fs';
import { Disposable, workspace } from 'vscode';
import type { PlacedFile } from './folderPlaces.ts';

/** How often a file is looked at of which VS Code tells nothing. */
const interval = 2000;

/** Calls a listener whenever a file may have come, changed or gone. */
export function followFile({ uri, pattern }: PlacedFile, onDidChange: () => void): Disposable {
  if (pattern === undefined) {
    // A listener of its own, so that nobody else's is taken away with it.
    const listener = () => onDidChange();
    watchFile(uri.fsPath, { interval, persistent: false }, listener);
    return new Disposable(() => unwatchFile(uri.fsPath, listener));
  }
  const watcher = workspace.createFileSystemWatcher(pattern);
  return Disposable.from(
    watcher,
    watcher.onDidCreate(onDidChange),
    watcher.onDidChange(onDidChange),
    watcher.onDidDelete(onDidChange),
  );
}
