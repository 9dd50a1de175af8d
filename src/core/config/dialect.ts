/**
 * Whose rules an entry is read by: what it may look like, and how variables are written in it
 * (mcp-json-facts §1, §2). `workspaceFolder` is what `${workspaceFolder}` stands for, an absolute path.
 */
export type Dialect =
  | { readonly kind: 'claude' }
  | { readonly kind: 'cursor' | 'vscode'; readonly workspaceFolder?: string | undefined };

/** Of `.mcp.json`, `~/.claude.json` and `managed-mcp.json`. */
export const claudeDialect: Dialect = { kind: 'claude' };
