/** A program whose configuration says that MCP Auth has the credential of a server. */
export interface ClientUse {
  readonly client: 'claudeCode' | 'codex';
  /** What kind of file says so, for example `.mcp.json`. */
  readonly fileName: string;
}

const names: Readonly<Record<ClientUse['client'], string>> = { claudeCode: 'Claude Code', codex: 'Codex' };

/** For a row, for example "Claude Code (.mcp.json), Codex (~/.codex/config.toml)". */
export function usedByText(uses: readonly ClientUse[]): string {
  return uses.map(({ client, fileName }) => `${names[client]} (${fileName})`).join(', ');
}
