import type { RowFlag } from './rowFlags.ts';

/** The context keys that package.json reads in `commandPalette`: whether any server has the flag. */
export const paletteFlags = [
  { flag: 'authenticating', key: 'mcpAuth.authenticating' },
  { flag: 'awaitsResponse', key: 'mcpAuth.awaitsResponse' },
  { flag: 'awaitsDevice', key: 'mcpAuth.awaitsDevice' },
  { flag: 'mayAddAccount', key: 'mcpAuth.mayAddAccount' },
  { flag: 'severalAccounts', key: 'mcpAuth.severalAccounts' },
  { flag: 'mayUseInClaudeCode', key: 'mcpAuth.mayUseInClaudeCode' },
  { flag: 'mayUseInCodex', key: 'mcpAuth.mayUseInCodex' },
  { flag: 'usedInClaudeCode', key: 'mcpAuth.usedInClaudeCode' },
  { flag: 'usedInCodex', key: 'mcpAuth.usedInCodex' },
  { flag: 'token', key: 'mcpAuth.hasToken' },
  { flag: 'session', key: 'mcpAuth.hasSession' },
] as const satisfies readonly { readonly flag: RowFlag; readonly key: string }[];
