import { RelativePattern, Uri, type WorkspaceFolder } from 'vscode';

/** A file, and what tells of it. */
export interface PlacedFile {
  readonly uri: Uri;
  /**
   * The events about it. Absent where its folder may not be there yet: VS Code says nothing of a file that
   * comes with its folder, so that such a file is only looked at from time to time.
   */
  readonly pattern?: RelativePattern | undefined;
}

/**
 * A file of a workspace folder by its path there. Where a folder goes away with everything in it, VS Code tells
 * of the folder only.
 */
export function fileIn(folder: WorkspaceFolder, path: string): PlacedFile {
  const [parent, ...rest] = path.split('/');
  const pattern = rest.length === 0 ? path : `{${parent},${path}}`;
  return { uri: Uri.joinPath(folder.uri, path), pattern: new RelativePattern(folder, pattern) };
}

/** A file outside of the workspace, in a folder that is there. Only that is watched, not what is below it. */
export function fileAt(uri: Uri): PlacedFile {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return { uri, pattern: new RelativePattern(Uri.joinPath(uri, '..'), name) };
}

/** The folders above one, the nearest first, up to the root. None where the folder lies in no file system. */
export function parentsOf(folder: Uri): readonly Uri[] {
  if (folder.scheme !== 'file') {
    return [];
  }
  const parents: Uri[] = [];
  let last = folder;
  for (let one = Uri.joinPath(last, '..'); one.path !== last.path; one = Uri.joinPath(one, '..')) {
    parents.push(one);
    last = one;
  }
  return parents;
}
