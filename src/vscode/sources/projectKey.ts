import { FileType, Uri, workspace } from 'vscode';
import { claudeProjectKey } from '../../core/config/claudeProjectKey.ts';
import { parentsOf } from './folderPlaces.ts';

/**
 * The key under which `~/.claude.json` has a folder's project: the path of its git repository's root, of a worktree that
 * of the main one, else its own path; always with slashes. `undefined` where the folder lies in no file system.
 */
export async function projectKeyOf(folder: Uri): Promise<string | undefined> {
  if (folder.scheme !== 'file') {
    return undefined;
  }
  for (const candidate of [folder, ...parentsOf(folder)]) {
    const root = await repositoryRoot(candidate);
    if (root !== undefined) {
      return root;
    }
  }
  return claudeProjectKey(folder.fsPath);
}

async function repositoryRoot(folder: Uri): Promise<string | undefined> {
  const marker = Uri.joinPath(folder, '.git');
  try {
    const { type } = await workspace.fs.stat(marker);
    const text = type & FileType.File ? new TextDecoder().decode(await workspace.fs.readFile(marker)) : '';
    const [, main] = /^gitdir: (\/.*|[A-Za-z]:.*)[\\/]\.git[\\/]worktrees[\\/][^\\/\s]+\s*$/.exec(text) ?? [];
    return claudeProjectKey(main ?? folder.fsPath);
  } catch {
    // Not a repository, or nothing that may be looked at.
    return undefined;
  }
}
