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

/** Ports that the system has chosen. It may choose one again, and what is stored of a server that is gone would be found. */
const chosen = new Set<number>();

/**
 * Listens on a host and port, so that URLs are known before the handlers that need them exist. 0 is any port that is free
 * and was not chosen before in this process.
 */
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
  const listener: Listener = {
    server,
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  if (port === 0 && chosen.has(listener.port)) {
    // Closed after that, so that the system has to choose another one.
    try {
      return await listen(host, port);
    } finally {
      await listener.close();
    }
  }
  chosen.add(listener.port);
  return listener;
}
