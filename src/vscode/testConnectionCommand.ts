import { window } from 'vscode';
import { type ConnectionReport, testConnection } from '../core/connection/testConnection.ts';
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

/** "Test Connection": whether the server accepts the stored session. */
export async function testConnectionCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickSessionServer(argument, 'Test the connection to which server?', ports);
  if (!server) {
    return;
  }
  const { name, range } = server.definition;
  try {
    const target = toOAuthTarget(server);
    const report = await withCancellableProgress(
      `Testing the connection to ${JSON.stringify(name)}`,
      (_report, signal) => testConnection(target, ports, signal),
    );
    const session = ports.sessions.get(target.canonicalUrl);
    if (session) {
      ports.demands.settle(session);
    }
    void window.showInformationMessage(withoutLinks(sentence(name, report)));
  } catch (error) {
    showError(
      error,
      {
        subject: name,
        authenticate: () => authenticateServer(server, ports, {}),
        enterClient: () => authenticateServer(server, ports, { askForSecret: true }),
        retry: () => testConnectionCommand(serverNode(server), ports),
        openDefinition: () => openDefinition(server.sourceId, range),
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
