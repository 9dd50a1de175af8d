import { window } from 'vscode';
import { attemptLimit } from '../core/connection/stepUp.ts';
import { type ConnectionReport, testConnection } from '../core/connection/testConnection.ts';
import { InsufficientScopeError } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/inventory.ts';
import { quote } from '../core/quote.ts';
import { authenticateServer } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { pickSessionServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { serverNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/**
 * "Test Connection": whether the server accepts the stored session. Where it wants more scopes, authenticating
 * from the notification goes on with the test.
 */
export async function testConnectionCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickSessionServer(argument, 'Test the connection to which server?', ports);
  if (!server) {
    return;
  }
  await test(server, ports, 1);
}

/** @param attempt counts how often this one operation was tried, for want of scopes */
async function test(server: ServerSnapshot, ports: CommandPorts, attempt: number): Promise<void> {
  const { name, range } = server.definition;
  try {
    const target = toOAuthTarget(server);
    // The account stays the same throughout, whichever one this workspace uses in the end.
    const accountId = ports.sessions.get(target.canonicalUrl)?.account.id;
    const report = await withCancellableProgress(
      `Testing the connection to ${JSON.stringify(name)}`,
      (_report, signal) => testConnection(target, { ...ports, accountId }, signal),
    );
    const session = ports.sessions.get(target.canonicalUrl, accountId);
    if (session) {
      ports.demands.settle(session);
    }
    void window.showInformationMessage(withoutLinks(sentence(name, report)));
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

function sentence(name: string, { serverName, toolCount }: ConnectionReport): string {
  const facts = [
    serverName === undefined ? undefined : `it calls itself ${quote(serverName.slice(0, 80))}`,
    toolCount === undefined ? undefined : `it offers ${toolCount} ${toolCount === 1 ? 'tool' : 'tools'}`,
  ].filter((fact) => fact !== undefined);
  const rest = facts.length > 0 ? `: ${facts.join(' and ')}` : '';
  return `${JSON.stringify(name)} accepted the session${rest}.`;
}
