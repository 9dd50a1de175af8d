import { createServer, type Server } from 'node:http';

/** An HTTP server that is already listening, before anyone knows what it will answer. */
export interface Listener {
  readonly server: Server;
  /** For example `http://127.0.0.1:4000`, without a trailing slash. */
  readonly origin: string;
  readonly port: number;
  /** Stops listening and cuts every connection, idle, streaming or half sent. */
  close(): Promise<void>;
}

/** Listens on a host and port (0: any free one), so that URLs are known before the handlers that need them exist. */
export async function listen(host: string, port: number): Promise<Listener> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error(`no TCP address for ${host}:${port}`);
  }
  return {
    server,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
