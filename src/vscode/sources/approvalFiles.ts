import { Uri, type WorkspaceFolder } from 'vscode';
import type { ApprovalFacts, ApprovalFile } from '../../core/config/claudeApproval.ts';
import { claudeProjectKey } from '../../core/config/claudeProjectKey.ts';
import type { ClaudeSettings } from '../../core/config/claudeSettings.ts';
import { type ClaudeState, isTrustedByClaude, projectIn } from '../../core/config/claudeState.ts';
import { type ClaudePlaces, withTilde } from './claudePlaces.ts';
import { fileIn, type PlacedFile } from './folderPlaces.ts';
import type { KnownFolder } from './places.ts';
import type { FileContent } from './watchedFile.ts';

const repositoryFile = '.claude/settings.json';
const localFile = '.claude/settings.local.json';

/** The settings files of Claude Code that say something about servers. */
export function approvalFiles(
  folders: readonly WorkspaceFolder[],
  { settings }: ClaudePlaces,
): readonly PlacedFile[] {
  return [
    { uri: Uri.file(settings) },
    ...folders.flatMap((folder) => [fileIn(folder, repositoryFile), fileIn(folder, localFile)]),
  ];
}

/** What the files were when they were last read. */
export interface ApprovalContents {
  readonly settings: (uri: Uri) => FileContent<ClaudeSettings>;
  readonly state: FileContent<ClaudeState>;
}

/** What decides about the servers of one folder. */
export function approvalFacts(
  { folder, projectKey }: KnownFolder,
  places: ClaudePlaces,
  { settings, state }: ApprovalContents,
): ApprovalFacts {
  const file = (origin: ApprovalFile['origin'], name: string, uri: Uri): readonly ApprovalFile[] => {
    const content = settings(uri);
    return content.kind === 'read' ? [{ origin, name, settings: content.value }] : [];
  };
  const known = state.kind === 'read' ? state.value : undefined;
  const project = projectKey === undefined || known === undefined ? undefined : projectIn(known, projectKey);
  return {
    files: [
      ...(project
        ? [{ origin: 'state', name: withTilde(places.state), settings: project.settings } as const]
        : []),
      ...file('local', localFile, Uri.joinPath(folder.uri, localFile)),
      ...file('project', repositoryFile, Uri.joinPath(folder.uri, repositoryFile)),
      ...file('user', withTilde(places.settings), Uri.file(places.settings)),
    ],
    isTrusted:
      project?.isTrusted === true ||
      (known !== undefined && isTrustedByClaude(known, claudeProjectKey(folder.uri.fsPath))),
  };
}
