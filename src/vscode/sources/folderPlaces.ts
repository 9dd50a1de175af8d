import { RelativePattern, Uri, type WorkspaceFolder } from 'vscode';

/** A file below a folder, and the events that tell of it. */
export interface PlacedFile {
  readonly uri: Uri;
  readonly pattern: RelativePattern;
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

/** A file outside of the workspace. Only its own folder is watched, not what is below that. */
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
