import { window } from 'vscode';
import { connectionText } from '../core/connection/connectionText.ts';
import { attemptLimit } from '../core/connection/stepUp.ts';
import { pendingHelper } from '../core/credential/contactCredential.ts';
import { InsufficientScopeError } from '../core/errors.ts';
import { isContactable } from '../core/handover/contactableServer.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { assertHelperAllowed } from './helperConsent.ts';
import { toRemoteTarget } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { setTokenCommand } from './setTokenCommand.ts';
import { showError } from './showError.ts';
import { testServer } from './testServer.ts';
import { serverNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/**
 * "Test Connection": whether the server accepts the credential that applies, and if not, why, in one sentence with
 * one button. Where it wants more scopes, authenticating from the notification goes on with the test.
 */
export async function testConnectionCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const choice = {
    placeholder: 'Test the connection to which server?',
    accepts: isContactable,
    noneSentence: 'There is no remote server in this workspace.',
  };
  const server = await pickServer(argument, choice, ports.inventory, ports.clock.now());
  if (!server) {
    return;
  }
  await test(server, ports, 1);
}

/** @param attempt counts how often this one operation was tried, for want of scopes */
async function test(server: ServerSnapshot, ports: CommandPorts, attempt: number): Promise<void> {
  const { name, range } = server.definition;
  const open = () => openDefinition(server.uri, range);
  try {
    toRemoteTarget(server);
    const call = pendingHelper(server, ports);
    await (call && assertHelperAllowed(call, { ...ports, openDefinition: open }));
    const { report, credential } = await withCancellableProgress(
      `Testing the connection to ${JSON.stringify(name)}`,
      (_report, signal) => testServer(server, ports, signal),
    );
    const sentence = connectionText(JSON.stringify(name), report, credential);
    void window.showInformationMessage(withoutLinks(sentence));
  } catch (error) {
    const authenticate = async () => {
      const isAuthenticated = await authenticateServer(server, ports, {});
      const isStepUp = error instanceof InsufficientScopeError && attempt < attemptLimit;
      if (isAuthenticated && isStepUp) {
        await test(server, ports, attempt + 1);
      }
    };
    showError(
      error,
      {
        subject: name,
        authenticate,
        enterClient: () => authenticateServer(server, ports, { askForSecret: true }),
        retry: () => testConnectionCommand(serverNode(server), ports),
        allowHelper: () => testConnectionCommand(serverNode(server), ports),
        setToken: () => setTokenCommand(serverNode(server), ports),
        openDefinition: open,
      },
      ports.log,
    );
  }
}
