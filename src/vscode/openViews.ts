import { Disposable } from 'vscode';
import { type CommandPorts, registerCommands } from './commands.ts';
import { ContextKeys } from './contextKeys.ts';
import { ServersView } from './serversView.ts';
import { StatusBar } from './statusBar.ts';
import { showUnattendedAuthentications } from './unattendedAuthentications.ts';

/** Opens all that a person sees without having asked for it, and the commands by which they ask for the rest. */
export function openViews(ports: CommandPorts): Disposable {
  const { inventory, clock } = ports;
  return Disposable.from(
    registerCommands(ports),
    showUnattendedAuthentications(ports),
    new ServersView(inventory, clock),
    new StatusBar(inventory, clock),
    new ContextKeys(inventory),
  );
}
