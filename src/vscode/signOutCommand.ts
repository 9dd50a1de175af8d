import { window } from 'vscode';
import { signOut } from '../core/session/signOut.ts';
import { signOutSentence } from '../core/session/signOutSummary.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget } from './oauthTarget.ts';
import { pickAccount } from './pickAccount.ts';
import { pickSessionServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { accountNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/** "Sign Out": asks, revokes where the authorization server offers it, forgets the session. */
export async function signOutCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickSessionServer(argument, 'Sign out of which server?', ports);
  const account =
    server && (await pickAccount(argument, { server, placeholder: 'Sign out of which account?' }, ports));
  if (!server || !account) {
    return;
  }
  const several = server.accounts.length > 1;
  const who = several || account.session.accountName !== undefined ? ` as ${account.name}` : '';
  const name = `${JSON.stringify(server.definition.name)}${who}`;
  const confirm = 'Sign Out';
  const others = several ? ' Your other accounts there stay signed in.' : '';
  const detail = `The tokens are revoked where the authorization server offers that, and deleted here.${others}`;
  if (
    (await window.showWarningMessage(`Sign out of ${name}?`, { modal: true, detail }, confirm)) !== confirm
  ) {
    return;
  }
  try {
    const { canonicalUrl } = toOAuthTarget(server);
    const outcome = await withCancellableProgress(`Signing out of ${name}`, (_report, signal) =>
      signOut({ serverUrl: canonicalUrl, accountId: account.accountId }, ports, signal),
    );
    void window.showInformationMessage(withoutLinks(signOutSentence(name, outcome)));
  } catch (error) {
    const retry = () => signOutCommand(accountNode(account), ports);
    showError(error, { subject: server.definition.name, retry }, ports.log);
  }
}
