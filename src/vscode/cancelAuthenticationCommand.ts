import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';
import { runningAt } from './runningAt.ts';

/** "Cancel Authentication": on a row, or on a server chosen from a list. */
export async function cancelAuthenticationCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickServer(
    argument,
    {
      placeholder: 'Cancel the authentication at which server?',
      accepts: ({ state }: ServerSnapshot) => state.kind === 'authenticating',
      noneSentence: 'No authentication is under way.',
      takesOnlyOne: true,
    },
    ports.inventory,
    ports.clock.now(),
  );
  if (server) {
    runningAt(server, ports)?.cancel();
  }
}
