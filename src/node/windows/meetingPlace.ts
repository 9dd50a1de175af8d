import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Disposable } from '../../core/disposable.ts';
import type { Log } from '../../core/log.ts';
import type { WindowIdentity } from '../../core/windows/windowGroup.ts';
import { ensurePrivateFolder } from './privateFolder.ts';
import type { Registry } from './registry.ts';
import { socketAddresses, systemSurroundings } from './socketAddress.ts';

/** What being met needs. */
export interface MeetingPlaceOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Takes over a connection that another window, or anything else, has opened. */
  readonly onConnection: (socket: Socket) => void;
}

/**
 * Listens, and then registers, so that of two windows which begin at once at least one sees the other.
 *
 * @param self is not there any more when the result is disposed
 * @throws the system's error, or an `Error` where there is no safe place
 */
export async function openMeetingPlace(
  self: WindowIdentity,
  { registry, log, onConnection }: MeetingPlaceOptions,
): Promise<Disposable> {
  const { folder } = registry;
  await ensurePrivateFolder(folder);
  const { server, address } = await listen(folder, self.id, log);
  server.on('connection', onConnection);
  const dispose = () => {
    registry.remove(self.id);
    // Takes the socket away, too.
    server.close();
  };
  try {
    await registry.add({ ...self, address });
  } catch (error) {
    dispose();
    throw error;
  }
  return { dispose };
}

async function listen(folder: string, windowId: string, log: Log) {
  const errors: unknown[] = [];
  for (const address of socketAddresses(folder, windowId, systemSurroundings())) {
    const server = createServer();
    // Every window has two at most; who opens more than that has nothing to say.
    server.maxConnections = 128;
    try {
      await listenAt(server, address);
      server.on('error', (reason) => log.warn('A connection of another window was lost', { reason }));
      return { server, address };
    } catch (error) {
      server.close();
      errors.push(error);
    }
  }
  throw errors[0] ?? new Error('Every path for a socket is too long.');
}

async function listenAt(server: Server, address: string): Promise<void> {
  const isPath = process.platform !== 'win32';
  if (isPath) {
    await ensurePrivateFolder(dirname(address));
  }
  server.listen(address);
  await once(server, 'listening');
  if (isPath) {
    await chmod(address, 0o600);
  }
}
