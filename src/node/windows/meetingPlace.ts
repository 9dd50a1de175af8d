import type { Socket } from 'node:net';
import type { Disposable } from '../../core/disposable.ts';
import type { Log } from '../../core/log.ts';
import type { WindowIdentity } from '../../core/windows/windowGroup.ts';
import { listenPrivately } from '../listenPrivately.ts';
import { ensurePrivateFolder } from '../privateFolder.ts';
import type { Registry } from './registry.ts';

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
  const { server, address } = await listenPrivately(folder, self.id);
  // Every window has two at most; who opens more than that has nothing to say.
  server.maxConnections = 128;
  server.on('error', (reason) => log.warn('A connection of another window was lost', { reason }));
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
