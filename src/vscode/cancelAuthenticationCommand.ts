import type { ServerSnapshot } from '../core/inventory.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';

/** "Cancel Authentication": on a row, or on a server chosen from a list. */
export async function cancelAuthenticationCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickServer(
    argument,
    {
      placeholder: 'Cancel the authentication at which server?',
      accepts: ({ state }: ServerSnapshot) => state.kind === 'authenticating',
      noneSentence: 'No authentication is under way.',
    },
    ports.inventory,
    ports.clock.now(),
  );
  if (server?.endpoint?.kind === 'url') {
    ports.authenticator.running(server.endpoint.canonicalUrl)?.cancel();
  }
}
