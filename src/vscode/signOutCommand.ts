import { window } from 'vscode';
import type { RevocationOutcome } from '../core/session/revokeSession.ts';
import { signOut } from '../core/session/signOut.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget } from './oauthTarget.ts';
import { pickSessionServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { serverNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/** "Sign Out": asks, revokes where the authorization server offers it, forgets the session. */
export async function signOutCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickSessionServer(argument, 'Sign out of which server?', ports);
  if (!server) {
    return;
  }
  const name = JSON.stringify(server.definition.name);
  const confirm = 'Sign Out';
  const detail = 'The tokens are revoked where the authorization server offers that, and deleted here.';
  if (
    (await window.showWarningMessage(`Sign out of ${name}?`, { modal: true, detail }, confirm)) !== confirm
  ) {
    return;
  }
  try {
    const { canonicalUrl } = toOAuthTarget(server);
    const outcome = await withCancellableProgress(`Signing out of ${name}`, (_report, signal) =>
      signOut({ serverUrl: canonicalUrl }, ports, signal),
    );
    void window.showInformationMessage(withoutLinks(`Signed out of ${name}. ${outcomes[outcome]}`.trim()));
  } catch (error) {
    const retry = () => signOutCommand(serverNode(server), ports);
    showError(error, { subject: server.definition.name, retry }, ports.log);
  }
}

const outcomes: Readonly<Record<RevocationOutcome, string>> = {
  revoked: '',
  notOffered: 'Its authorization server does not offer to revoke tokens: they end when they expire.',
  failed: 'Its tokens could not be revoked: they end when they expire.',
};
