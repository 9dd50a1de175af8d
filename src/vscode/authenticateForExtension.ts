import { window } from 'vscode';
import { signInQuestionText } from '../core/access/accessText.ts';
import { AuthError } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import type { SignInRequest } from './extensionApi.ts';
import { toOAuthTarget } from './oauthTarget.ts';
import { runningAt } from './runningAt.ts';

/**
 * Signs the person in because another extension wants that. Nothing opens a browser by itself: they are asked first,
 * unless they have always allowed that extension to use the server. A sign-in that is under way is joined.
 *
 * @throws AuthError `cancelled`, `untrusted_workspace`, `invalid_definition`, or why the one that was joined failed
 */
export async function authenticateForExtension(
  server: ServerSnapshot,
  { program, isAlwaysAllowed }: SignInRequest,
  ports: CommandPorts,
): Promise<void> {
  const running = runningAt(server, ports);
  if (running) {
    await running.result;
    return;
  }
  const { canonicalUrl: serverUrl, name: serverName } = toOAuthTarget(server);
  if (!isAlwaysAllowed) {
    const question = withoutLinks(signInQuestionText({ program, serverUrl, serverName }));
    const answer = await window.showInformationMessage(question, 'Authenticate', 'Not Now');
    if (answer !== 'Authenticate') {
      throw new AuthError('cancelled', 'The person does not want to sign in now.');
    }
  }
  if (!(await authenticateServer(server, ports, {}))) {
    // What went wrong was shown to the person, who has read it by now.
    throw new AuthError('cancelled', 'The sign-in did not come to its end.');
  }
}
