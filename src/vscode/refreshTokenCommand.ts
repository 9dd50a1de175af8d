import { ProgressLocation, window } from 'vscode';
import { AuthError } from '../core/errors.ts';
import type { AccountSnapshot, ServerSnapshot } from '../core/serverSnapshot.ts';
import { refreshSentence } from '../core/session/refreshSentence.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget } from './oauthTarget.ts';
import { existing, pickAccount } from './pickAccount.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { accountNode } from './treeNode.ts';

/** "Refresh Token": gets a new access token now, however long the present one still lasts (B9). */
export async function refreshTokenCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const choice = {
    placeholder: 'Refresh the token of which server?',
    accepts: ({ accounts }: ServerSnapshot) => accounts.some(({ session }) => session.refreshable),
    noneSentence: 'No server of this workspace has a session that can be refreshed.',
  };
  const server = await pickServer(argument, choice, ports.inventory, ports.clock.now());
  const placeholder = 'Refresh the token of which account?';
  const account = server && (await pickAccount(argument, { server, placeholder }, ports));
  if (server && account) {
    await refresh(server, account, ports);
  }
}

async function refresh(server: ServerSnapshot, account: AccountSnapshot, ports: CommandPorts): Promise<void> {
  const { name } = server.definition;
  const title = `Refreshing the token of ${JSON.stringify(name)}`;
  try {
    const { canonicalUrl } = toOAuthTarget(server);
    if (!account.session.refreshable) {
      throw new AuthError('session_expired', 'This session cannot be refreshed. Authenticate again.');
    }
    // Not cancellable: a refresh token that was sent may be spent, so that its answer has to be waited for.
    const session = await window.withProgress({ location: ProgressLocation.Window, title }, () =>
      ports.refresher.refresh(canonicalUrl, account.accountId),
    );
    void window.showInformationMessage(withoutLinks(refreshSentence(name, session, ports.clock.now())));
  } catch (error) {
    const authenticate = () => authenticateServer(server, ports, { account: existing(account) });
    const retry = () => refreshTokenCommand(accountNode(account), ports);
    showError(error, { subject: name, authenticate, enterClient: authenticate, retry }, ports.log);
  }
}
