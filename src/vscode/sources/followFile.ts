import { Disposable, workspace } from 'vscode';
import type { PlacedFile } from './folderPlaces.ts';

/** Calls a listener whenever VS Code tells that a file has come, changed or gone. */
export function followFile({ pattern }: PlacedFile, onDidChange: () => void): Disposable {
  if (pattern === undefined) {
    return Disposable.from();
  }
  const watcher = workspace.createFileSystemWatcher(pattern);
  return Disposable.from(
    watcher,
    watcher.onDidCreate(onDidChange),
    watcher.onDidChange(onDidChange),
    watcher.onDidDelete(onDidChange),
  );
}
