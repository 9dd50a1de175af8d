import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Starts to listen at one address of this machine.
 *
 * @param port 0 for any free one
 * @returns the port
 * @throws the system's error, for example `EADDRINUSE`
 */
export async function listen(server: Server, port: number, host: '127.0.0.1' | '::1'): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
