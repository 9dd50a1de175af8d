import type { Server } from 'node:http';

/** Listens on a free port of the loopback address. */
export async function listening(server: Server): Promise<URL> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('There is no TCP address.');
  }
  return new URL(`http://127.0.0.1:${address.port}/mcp`);
}
