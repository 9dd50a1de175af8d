import { posix } from 'node:path';
import { Uri, type WorkspaceFolder } from 'vscode';
import { claudeDialect } from '../../core/config/dialect.ts';
import { type ClaudePlaces, withTilde } from './claudePlaces.ts';
import { fileAt, fileIn, parentsOf } from './folderPlaces.ts';
import type { Place } from './place.ts';

/** A workspace folder, and under which key Claude Code knows it. */
export interface KnownFolder {
  readonly folder: WorkspaceFolder;
  readonly projectKey: string | undefined;
}

const projectFile = '.mcp.json';

/** What an administrator prescribes; it counts even if it is empty. */
export function managedPlace(folders: readonly KnownFolder[], { managed }: ClaudePlaces): Place {
  const uri = Uri.file(managed);
  const source = {
    id: uri.toString(),
    kind: 'managed',
    uri: uri.toString(),
    label: 'Your organization',
    fileName: 'managed-mcp.json',
    folders: folders.map(keyOf),
  } as const;
  return { kind: 'file', source, file: { uri }, dialect: claudeDialect, isListedEmpty: true };
}

/** The servers of user scope. */
export function userPlace(folders: readonly KnownFolder[], { state }: ClaudePlaces): Place {
  const uri = Uri.file(state).toString();
  const source = {
    id: `${uri}#user`,
    kind: 'user',
    uri,
    label: 'You',
    fileName: withTilde(state),
    folders: folders.map(keyOf),
  } as const;
  return { kind: 'state', source };
}

/** The servers of local scope; several folders of one repository share them, and the first of them has the place. */
export function localPlaces(
  { projectKey, folder }: KnownFolder,
  folders: readonly KnownFolder[],
  { state }: ClaudePlaces,
): readonly Place[] {
  const sharing = folders.filter((one) => projectKey !== undefined && one.projectKey === projectKey);
  if (sharing[0]?.folder !== folder) {
    return [];
  }
  const uri = Uri.file(state).toString();
  const names = sharing.map((one) => one.folder.name).join(', ');
  const source = {
    id: `${uri}#local:${projectKey}`,
    kind: 'local',
    uri,
    label: `You in ${names}`,
    fileName: withTilde(state),
    folders: sharing.map(keyOf),
  } as const;
  return [{ kind: 'state', source, project: projectKey }];
}

/** The `.mcp.json` of a folder, which holds for the folders below it as well. */
export function projectPlace({ folder }: KnownFolder, folders: readonly KnownFolder[]): Place {
  const file = fileIn(folder, projectFile);
  const uri = file.uri.toString();
  const source = {
    id: uri,
    kind: 'project',
    uri,
    label: folder.name,
    fileName: projectFile,
    folders: foldersBelow(folder.uri, folders).map(keyOf),
  } as const;
  return { kind: 'file', source, file, dialect: claudeDialect, isListedEmpty: true };
}

/** What an editor reads in a folder. */
export function editorPlace({ folder }: KnownFolder, kind: 'cursor' | 'vscode'): Place {
  const fileName = `.${kind}/mcp.json`;
  const file = fileIn(folder, fileName);
  const uri = file.uri.toString();
  const source = { id: uri, kind, uri, label: folder.name, fileName, folders: [folder.uri.toString()] };
  const dialect = { kind, workspaceFolder: folder.uri.fsPath };
  return { kind: 'file', source, file, dialect, isListedEmpty: false };
}

/** The `.mcp.json` files above the folders, each once, the nearest first. */
export function parentPlaces(folders: readonly KnownFolder[]): readonly Place[] {
  const own = new Set(folders.map(keyOf));
  const parents = new Map(
    folders
      .flatMap(({ folder }) => parentsOf(folder.uri))
      .filter((uri) => !own.has(uri.toString()))
      .map((uri) => [uri.toString(), uri]),
  );
  return [...parents.values()].map((parent) => {
    const below = foldersBelow(parent, folders);
    const file = fileAt(Uri.joinPath(parent, projectFile));
    const uri = file.uri.toString();
    const source = {
      id: uri,
      kind: 'project',
      uri,
      label: posix.basename(parent.path) || parent.fsPath,
      fileName: relativeName(parent, below),
      folders: below.map(keyOf),
    } as const;
    return { kind: 'file', source, file, dialect: claudeDialect, isListedEmpty: false };
  });
}

/** As seen from the folder that it is nearest to. */
function relativeName(parent: Uri, below: readonly KnownFolder[]): string {
  const depths = below.map(({ folder }) => posix.relative(parent.path, folder.uri.path).split('/').length);
  return `${'../'.repeat(Math.min(...depths))}${projectFile}`;
}

/** Those that a folder's file applies to, itself included. */
function foldersBelow(parent: Uri, folders: readonly KnownFolder[]): readonly KnownFolder[] {
  const key = parent.toString();
  return folders.filter(
    ({ folder }) =>
      folder.uri.toString() === key || parentsOf(folder.uri).some((one) => one.toString() === key),
  );
}

function keyOf({ folder }: KnownFolder): string {
  return folder.uri.toString();
}
