import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { ensurePrivateFolder } from './privateFolder.ts';
import { socketAddresses, systemSurroundings } from './socketAddress.ts';

/** A server that only this user can reach: on POSIX a socket, on Windows a pipe. */
export interface PrivateServer {
  /** Closing it takes the socket away, too. */
  readonly server: Server;
  readonly address: string;
}

/**
 * Listens at the first address where that is possible. The folder must be one that only this user can enter.
 *
 * @param id never used before: the address follows from it
 * @throws the system's error, or an `Error` where there is no safe place
 */
export async function listenPrivately(folder: string, id: string): Promise<PrivateServer> {
  const errors: unknown[] = [];
  for (const address of socketAddresses(folder, id, systemSurroundings())) {
    const server = createServer();
    try {
      await listenAt(server, address);
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
