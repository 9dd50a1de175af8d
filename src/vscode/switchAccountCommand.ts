import { window } from 'vscode';
import type { CommandPorts } from './commands.ts';
import { pickAccount } from './pickAccount.ts';
import { pickServer } from './pickServer.ts';
import { rowFlags } from './rowFlags.ts';

/** How long the status bar says which account is used, in milliseconds. */
const saidTime = 5_000;

/** "Switch Account…", or "Use in This Workspace" on the row of one: which account of a server this workspace uses. */
export async function switchAccountCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clock, sessions } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Switch the account at which server?',
      accepts: (one) => rowFlags(one).includes('severalAccounts'),
      noneSentence: 'You have several accounts at no server of this workspace.',
      takesOnlyOne: true,
    },
    inventory,
    clock.now(),
  );
  const placeholder = 'Use which account in this workspace?';
  const account = server && (await pickAccount(argument, { server, placeholder }, ports));
  if (!account || server.endpoint?.kind !== 'url') {
    return;
  }
  const { name, accountId } = account;
  await sessions.choose({ serverUrl: server.endpoint.canonicalUrl, accountId });
  const where = JSON.stringify(server.definition.name);
  window.setStatusBarMessage(`This workspace uses ${name} at ${where}.`, saidTime);
}
