import { env, window } from 'vscode';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';

/** How long the status bar says that something was copied, in milliseconds. */
const copiedTime = 5_000;

/** "Copy Server URL": as the file writes it, so that no variable's value is in it. */
export async function copyServerUrlCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const choice = {
    placeholder: 'Copy the URL of which server?',
    accepts: ({ definition }: ServerSnapshot) => definition.kind === 'remote',
    noneSentence: 'No server of this workspace has a URL.',
  };
  const server = await pickServer(argument, choice, ports.inventory, ports.clock.now());
  if (server?.definition.kind === 'remote') {
    await env.clipboard.writeText(server.definition.url);
    window.setStatusBarMessage('The URL is on your clipboard.', copiedTime);
  }
}
