import { hostname } from 'node:os';
import { workspace } from 'vscode';

/**
 * What this window has open, and on which machine, for the window that follows it after a reload. `undefined` in a
 * workspace that is not trusted, on behalf of which nothing goes on.
 */
export function workspaceIdentity(): string | undefined {
  if (!workspace.isTrusted) {
    return undefined;
  }
  const folders = workspace.workspaceFolders?.map(({ uri }) => uri.toString()) ?? [];
  return JSON.stringify([hostname(), workspace.workspaceFile?.toString() ?? folders]);
}
