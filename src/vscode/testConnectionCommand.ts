import { window } from 'vscode';
import type { AppliedCredential } from '../core/connection/appliedCredential.ts';
import { connectionText } from '../core/connection/connectionText.ts';
import { diagnose } from '../core/connection/diagnose.ts';
import { attemptLimit } from '../core/connection/stepUp.ts';
import { InsufficientScopeError } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/inventory.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { configuredProxy } from './configuredProxy.ts';
import { isRemote, toRemoteTarget } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { serverNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/**
 * "Test Connection": whether the server accepts the credential that applies, and if not, why, in one sentence with
 * one button. Where it wants more scopes, authenticating from the notification goes on with the test.
 */
export async function testConnectionCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const choice = {
    placeholder: 'Test the connection to which server?',
    accepts: isRemote,
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
  try {
    const target = toRemoteTarget(server);
    const credential = appliedCredential(target.canonicalUrl, ports);
    const report = await withCancellableProgress(
      `Testing the connection to ${JSON.stringify(name)}`,
      (_report, signal) => diagnose(target, credential, { ...ports, proxy: configuredProxy, signal }),
    );
    if (credential.kind === 'session') {
      settle(target.canonicalUrl, credential.accountId, ports);
    }
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
        openDefinition: () => openDefinition(server.uri, range),
      },
      ports.log,
    );
  }
}

/**
 * The credential that applies to a server. The account of a session stays the same throughout, whichever one this
 * workspace uses in the end.
 */
function appliedCredential(canonicalUrl: string, { sessions }: CommandPorts): AppliedCredential {
  const session = sessions.get(canonicalUrl);
  return session ? { kind: 'session', accountId: session.account.id } : { kind: 'none' };
}

function settle(
  canonicalUrl: string,
  accountId: string | undefined,
  { sessions, demands }: CommandPorts,
): void {
  const session = sessions.get(canonicalUrl, accountId);
  if (session) {
    demands.settle(session);
  }
}
