import { window } from 'vscode';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { nextOrdinalName } from '../core/session/accountName.ts';
import type { PlacedSignIn } from '../core/session/signInKeeper.ts';
import { signInSentence } from '../core/session/signInSentence.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { nameAccount } from './renameAccountCommand.ts';

/** Tells how an authentication ended, and asks for the name of a further account that the server does not tell. */
export async function announceSignIn(
  { id, definition }: ServerSnapshot,
  { session, outcome }: PlacedSignIn,
  ports: CommandPorts,
): Promise<void> {
  const { name } = definition;
  const find = () => {
    const server = ports.inventory.find(id);
    const account = server?.accounts.find(({ accountId }) => accountId === session.account.id);
    return server && account && { server, account };
  };
  const found = find();
  if (found && outcome === 'added' && session.account.name === undefined) {
    const others = found.server.accounts.filter((one) => one !== found.account);
    const otherwise = nextOrdinalName(others.map((one) => one.name));
    await nameAccount({ ...found, title: `Name the Account at ${JSON.stringify(name)}`, otherwise }, ports);
  }
  void window.showInformationMessage(withoutLinks(signInSentence(outcome, name, find()?.account.name)));
}
