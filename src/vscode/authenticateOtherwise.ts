import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { authenticateServer, pickOAuthServer } from './authenticateCommand.ts';
import type { CommandPorts } from './commands.ts';
import { runningAt } from './runningAt.ts';
import type { AuthenticationOptions } from './startAuthentication.ts';

/**
 * "Authenticate through localhost": for authorization servers whose page refuses the editor's own address, in
 * which case the browser never comes back. Takes the place of a sign-in that is under way.
 */
export async function authenticateThroughLocalhostCommand(
  argument: unknown,
  ports: CommandPorts,
): Promise<void> {
  const server = await pickOAuthServer(argument, ports, 'browser');
  if (server) {
    await startAnew(server, ports, { redirectKind: 'loopback' });
  }
}

/**
 * "Authenticate (No Browser)": for machines without a browser, and for browsers elsewhere. Shows the address to
 * open, and takes what the browser ended at; or shows a code to enter, where the authorization server offers that.
 */
export async function authenticateNoBrowserCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports, 'browser');
  if (server) {
    await startAnew(server, ports, { redirectKind: 'paste' });
  }
}

/** "Authenticate with a Device Code": shows a code to enter on another device; again, if it is shown already. */
export async function authenticateDeviceCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports, 'deviceCode');
  if (!server) {
    return;
  }
  const running = runningAt(server, ports);
  if (running?.waiting?.kind === 'device') {
    await ports.waitingViews.show(server, running);
    return;
  }
  await startAnew(server, ports, { grant: 'deviceCode' });
}

/** Takes the place of what is under way. */
async function startAnew(
  server: ServerSnapshot,
  ports: CommandPorts,
  options: AuthenticationOptions,
): Promise<void> {
  const running = runningAt(server, ports);
  running?.cancel();
  await running?.result.catch(() => undefined);
  await authenticateServer(server, ports, { ...options, account: running?.account });
}
