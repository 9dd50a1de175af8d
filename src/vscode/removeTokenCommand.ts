import { window } from 'vscode';
import { adviceFor } from '../core/credential/knownServices.ts';
import { quote } from '../core/quote.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { serverNode } from './treeNode.ts';

/** "Remove Token": asks, and forgets the token that was entered for a server. Contacts nobody. */
export async function removeTokenCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, tokens, clock, log } = ports;
  const hasToken = ({ endpoint }: ServerSnapshot) =>
    endpoint?.kind === 'url' && tokens.get(endpoint.canonicalUrl) !== undefined;
  const noneSentence = 'No token is saved for a server of this workspace.';
  const choice = { placeholder: 'Remove the token of which server?', accepts: hasToken, noneSentence };
  const server = await pickServer(argument, choice, inventory, clock.now());
  if (!server) {
    return;
  }
  if (server.endpoint?.kind !== 'url' || !hasToken(server)) {
    void window.showInformationMessage(
      withoutLinks(`No token is saved for ${quote(server.definition.name)}.`),
    );
    return;
  }
  const { url, canonicalUrl } = server.endpoint;
  const name = quote(server.definition.name);
  const confirm = 'Remove Token';
  const detail = `It is deleted here, for all workspaces. At ${adviceFor(url).service} it is valid until you revoke it there.`;
  const question = `Remove the token for ${name}?`;
  if ((await window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) {
    return;
  }
  try {
    await tokens.remove(canonicalUrl);
    void window.showInformationMessage(withoutLinks(`The token for ${name} is removed.`));
  } catch (error) {
    const retry = () => removeTokenCommand(serverNode(server), ports);
    showError(error, { subject: server.definition.name, retry }, log);
  }
}
