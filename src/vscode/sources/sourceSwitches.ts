import { workspace } from 'vscode';
import type { SourceKind } from '../../core/config/configurationSource.ts';

/** The setting that says which places are looked at. */
export const sourcesSetting = 'mcpAuth.sources';

/** What the setting has a switch for: each kind of source, and `.mcp.json` files above the workspace. */
export type SourceSwitch = SourceKind | 'parents';

/** Whether a place is looked at, as the settings stand now. */
export function isSwitchedOn(one: SourceSwitch): boolean {
  const switches = workspace.getConfiguration().get<Readonly<Record<string, unknown>>>(sourcesSetting);
  return switches?.[one] !== false;
}
