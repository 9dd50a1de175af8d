import { authenticateServer } from './authenticateCommand.ts';
import type { CommandPorts } from './commands.ts';
import { pickServer } from './pickServer.ts';
import { rowFlags } from './rowFlags.ts';

/** "Add Account…": signs in at a server with a further account, which this workspace uses from then on. */
export async function addAccountCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const { inventory, clock } = ports;
  const server = await pickServer(
    argument,
    {
      placeholder: 'Add an account at which server?',
      accepts: (one) => rowFlags(one).includes('mayAddAccount'),
      noneSentence:
        'You are not signed in at any server of this workspace that another account could be added at.',
    },
    inventory,
    clock.now(),
  );
  if (server) {
    await authenticateServer(server, ports, { account: { kind: 'another' } });
  }
}
