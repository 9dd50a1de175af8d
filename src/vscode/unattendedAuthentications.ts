import { window } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import type { UnattendedAuthentication } from '../core/session/authenticator.ts';
import { followToEnd } from './authenticateCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { showError } from './showError.ts';

/** Shows the authentications that run here although they were begun before a reload, or in another window. */
export function showUnattendedAuthentications(ports: CommandPorts): Disposable {
  return ports.authenticator.onDidStartUnattended((unattended) => void show(unattended, ports));
}

async function show({ serverUrl, running }: UnattendedAuthentication, ports: CommandPorts): Promise<void> {
  const find = () =>
    ports.inventory.servers.find(
      ({ endpoint }) => endpoint?.kind === 'url' && endpoint.canonicalUrl === serverUrl,
    );
  if (!find()) {
    // In a window that has just started, the files may not have been read yet.
    await running.result.catch(() => undefined);
  }
  const server = find();
  if (server) {
    await followToEnd({ server, running }, ports, { account: running.account });
    return;
  }
  // It is not a server of this workspace, so that there is no name for it. The rest of its URL may hold a secret.
  const { host } = new URL(serverUrl);
  try {
    await running.result;
    void window.showInformationMessage(withoutLinks(`Authenticated at ${JSON.stringify(host)}.`));
  } catch (error) {
    showError(error, { subject: host }, ports.log);
  }
}
