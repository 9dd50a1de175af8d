import { commands } from 'vscode';
import type { AccessEntry } from '../core/access/accessControl.ts';
import { AuthError } from '../core/errors.ts';
import { type AgentWish, agentNames, agentWish, wishedPatterns } from '../core/handover/agentWish.ts';
import type { Inventory } from '../core/inventory.ts';
import type { Log } from '../core/log.ts';
import { quote } from '../core/quote.ts';
import {
  agentModePatterns,
  agentModeSetting,
  isWantedInAgentMode,
  writeAgentModePatterns,
} from './agentModeSettings.ts';
import { offer } from './clients/offer.ts';

/** What changing what agent mode may use takes. */
export interface AgentAccessPorts {
  readonly inventory: Pick<Inventory, 'servers'>;
  readonly log: Log;
}

/** What the setting for agent mode makes of an entry; nothing for an entry of another program. */
export function wishOf(
  { program, serverUrl }: AccessEntry,
  { inventory }: AgentAccessPorts,
): AgentWish | undefined {
  return program.kind === 'agentMode'
    ? agentWish(agentNames(inventory.servers, serverUrl), isWantedInAgentMode)
    : undefined;
}

/**
 * Has agent mode offered the server of an entry, or no longer, by the setting that decides it: for all names that the
 * server has in this window. Says what was written, since that counts for these names wherever they stand.
 *
 * @throws AuthError `invalid_setting`, whose remedy is to open the setting, where it cannot be written or is of no effect
 */
export async function changeWish(
  { serverUrl }: AccessEntry,
  wish: 'unwanted' | 'wanted',
  { inventory, log }: AgentAccessPorts,
): Promise<void> {
  const names = agentNames(inventory.servers, serverUrl);
  const patterns = wishedPatterns(names, agentModePatterns(), wish);
  const place = patterns && (await write(patterns));
  if (place === undefined || agentWish(names, isWantedInAgentMode) !== wish) {
    throw settingError();
  }
  const shown = names.map(quote).join(' and ');
  const effect = wish === 'wanted' ? `is offered ${shown}` : `is no longer offered ${shown}`;
  const sentence = `VS Code's agent mode ${effect}: the setting ${agentModeSetting} of your ${place} settings says so, by name.`;
  offer(sentence, [{ label: 'Open Setting', run: openAgentModeSetting }], log);
}

/** Shows the setting that says what agent mode is offered. */
export async function openAgentModeSetting(): Promise<void> {
  await commands.executeCommand('workbench.action.openSettings', `@id:${agentModeSetting}`);
}

async function write(patterns: readonly string[]): Promise<'user' | 'workspace'> {
  try {
    return await writeAgentModePatterns(patterns);
  } catch (cause) {
    throw settingError(cause);
  }
}

function settingError(cause?: unknown): AuthError {
  return new AuthError(
    'invalid_setting',
    `The setting ${agentModeSetting} could not be changed in this way: please change it by hand.`,
    { setting: agentModeSetting, ...(cause === undefined ? {} : { cause }) },
  );
}
