import type { SourceKind } from '../config/configurationSource.ts';

/**
 * Which files a version of VS Code reads itself, to connect to the servers in them: its own `mcp.json`, and since 1.138
 * the `.mcp.json` of a workspace folder (vscode-facts, "MCP provider API").
 *
 * @param version as VS Code and its forks tell it, for example `1.139.1`
 */
export function readByVsCode(version: string): ReadonlySet<SourceKind> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return new Set(major > 1 || minor >= 138 ? ['vscode', 'project'] : ['vscode']);
}
