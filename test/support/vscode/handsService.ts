import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as readJson } from 'node:stream/consumers';
import type { Deed } from './hands.ts';

/** The environment variable that tells tests in the extension host where the person can be reached. */
export const HANDS_URL = 'MCP_AUTH_TEST_HANDS_URL';

/** A person at the window, for tests that run in its extension host. */
export interface HandsService {
  /** The environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

/** Does what the tests ask for, one thing after the other. What could not be done is answered with why. */
export async function startHandsService(
  act: (deed: Deed) => Promise<string | undefined>,
): Promise<HandsService> {
  const server = createServer(async (request, response) => {
    try {
      const result = await act((await readJson(request)) as Deed);
      response.end(JSON.stringify({ result }));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { [HANDS_URL]: `http://127.0.0.1:${port}/` },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
