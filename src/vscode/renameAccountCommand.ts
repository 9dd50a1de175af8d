import { window } from 'vscode';
import type { AccountSnapshot, ServerSnapshot } from '../core/serverSnapshot.ts';
import { renameAccount } from '../core/session/renameAccount.ts';
import type { CommandPorts } from './commands.ts';
import { pickAccount } from './pickAccount.ts';
import { pickSessionServer } from './pickServer.ts';

/** "Rename Account…": what the person calls it is shown instead of what the server says. */
export async function renameAccountCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickSessionServer(argument, 'Rename an account at which server?', ports);
  const placeholder = 'Rename which account?';
  const account = server && (await pickAccount(argument, { server, placeholder }, ports));
  if (account) {
    const title = `Rename Account at ${JSON.stringify(server.definition.name)}`;
    await nameAccount({ server, account, title }, ports);
  }
}

/** An account that is to get a name. */
export interface AccountToName {
  readonly server: ServerSnapshot;
  readonly account: AccountSnapshot;
  /** Of the box. */
  readonly title: string;
  /** What it is called if the person does not answer; by default it stays as it is. */
  readonly otherwise?: string | undefined;
}

/** Asks for the name of an account. */
export async function nameAccount(
  { server, account, title, otherwise }: AccountToName,
  ports: CommandPorts,
): Promise<void> {
  if (server.endpoint?.kind !== 'url') {
    return;
  }
  const ref = { serverUrl: server.endpoint.canonicalUrl, accountId: account.accountId };
  const current = ports.sessions.get(ref.serverUrl, ref.accountId)?.account.name;
  const answer = await window.showInputBox({
    title,
    prompt: 'The name is shown in this editor, and kept in secret storage with the session.',
    value: otherwise ?? current ?? account.name,
    ignoreFocusOut: true,
  });
  const name = answer?.trim() || otherwise;
  if (name !== undefined) {
    await renameAccount(ref, name, ports);
  }
}
