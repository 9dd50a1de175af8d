import type { RemoteServerDefinition } from '../config/serverDefinition.ts';
import type { SourceSnapshot } from '../serverSnapshot.ts';

/**
 * Whether VS Code sends the headers of a definition without anybody's help: it reads its own `mcp.json`, and since
 * 1.138 the `.mcp.json` of a workspace folder, where it expands no variables (vscode-facts, "MCP provider API").
 */
export function sendsByItself(
  { url, headers }: RemoteServerDefinition,
  { kind, uri, folders }: Pick<SourceSnapshot, 'folders' | 'kind' | 'uri'>,
): boolean {
  if (kind === 'vscode') {
    return true;
  }
  const isOfFolder = kind === 'project' && folders.some((folder) => uri === `${folder}/.mcp.json`);
  return isOfFolder && ![url, ...Object.values(headers)].some((text) => text.includes('${'));
}
