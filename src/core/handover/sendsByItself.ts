import type { SourceKind } from '../config/configurationSource.ts';
import type { RemoteServerDefinition } from '../config/serverDefinition.ts';
import type { SourceSnapshot } from '../serverSnapshot.ts';

/**
 * Whether VS Code sends the headers of a definition without anybody's help: from its own `mcp.json` all of them, from the
 * `.mcp.json` of a workspace folder those without variables, which it expands there as little as in the URL.
 *
 * @param read what VS Code reads itself
 */
export function sendsByItself(
  { url, headers }: RemoteServerDefinition,
  { kind, uri, folders }: Pick<SourceSnapshot, 'folders' | 'kind' | 'uri'>,
  read: ReadonlySet<SourceKind>,
): boolean {
  if (!read.has(kind)) {
    return false;
  }
  const isOfFolder = kind === 'project' && folders.some((folder) => uri === `${folder}/.mcp.json`);
  const isLiteral = ![url, ...Object.values(headers)].some((text) => text.includes('${'));
  return kind === 'vscode' || (isOfFolder && isLiteral);
}
