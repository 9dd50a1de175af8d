import { window } from 'vscode';
import type { CommandPorts } from './commands.ts';
import { withCancellableProgress } from './withProgress.ts';

/** "Sign Out of Identity Provider": asks, revokes where that is offered, forgets the sign-in. */
export async function signOutOfIdentityProviderCommand(
  _argument: unknown,
  { identityProvider }: CommandPorts,
): Promise<void> {
  const name = JSON.stringify(identityProvider.issuer());
  const confirm = 'Sign Out';
  const detail =
    'Servers that it vouched for keep their access tokens until these expire. Then you sign in again.';
  if (
    (await window.showWarningMessage(`Sign out of ${name}?`, { modal: true, detail }, confirm)) !== confirm
  ) {
    return;
  }
  const wasSignedIn = await withCancellableProgress(`Signing out of ${name}`, (_report, signal) =>
    identityProvider.signOut(signal),
  );
  void window.showInformationMessage(
    wasSignedIn ? `Signed out of ${name}.` : `You are not signed in at ${name}.`,
  );
}
