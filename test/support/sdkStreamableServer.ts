import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { listen } from './demo/listener.ts';

/** A server of the official SDK with one session, whose streams can be resumed. */
export interface SdkStreamableServer {
  readonly url: string;
  /** Method and headers of every request, in order. */
  readonly requests: readonly { readonly method: string; readonly headers: IncomingHttpHeaders }[];
  /** Tells the client that there are other tools now, on the stream that it listens to. */
  announce(): void;
  /** Ends the stream that the client listens to. */
  cutStream(): void;
  /** Whether the client has ended the session. */
  readonly isEnded: boolean;
  close(): Promise<void>;
}

/** Starts it, with a tool that counts aloud; a request without this credential gets a 401. */
export async function startSdkStreamableServer(authorization: string): Promise<SdkStreamableServer> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const requests: { readonly method: string; readonly headers: IncomingHttpHeaders }[] = [];
  let isEnded = false;
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    eventStore: new MemoryEvents(),
    retryInterval: 1,
    onsessionclosed: () => {
      isEnded = true;
    },
  });
  const mcp = createServer();
  // The SDK is not written for exactOptionalPropertyTypes: its own transport does not fit its own interface.
  await mcp.connect(transport as Transport);
  server.on('request', async (request, response) => {
    requests.push({ method: request.method ?? '', headers: request.headers });
    if (request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    await transport.handleRequest(request, response);
  });
  return {
    url: `${origin}/mcp`,
    requests,
    announce: () => mcp.sendToolListChanged(),
    cutStream: () => transport.closeStandaloneSSEStream(),
    get isEnded() {
      return isEnded;
    },
    async close() {
      await transport.close();
      await close();
    },
  };
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'stream-server', version: '1.0.0' });
  server.registerTool(
    'count',
    { description: 'Counts aloud.', inputSchema: { to: z.number() } },
    async ({ to }, { sendNotification, _meta }) => {
      for (let progress = 1; progress <= to; progress++) {
        const progressToken = _meta?.progressToken ?? 'none';
        await sendNotification({ method: 'notifications/progress', params: { progress, progressToken } });
      }
      return { content: [{ type: 'text', text: `counted to ${to}` }] };
    },
  );
  return server;
}

/** Every event, by an id that says its stream and its place. */
class MemoryEvents implements EventStore {
  readonly #events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${stream}:${this.#events.length}`;
    this.#events.push({ id, stream, message });
    return id;
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const index = this.#events.findIndex(({ id }) => id === lastId);
    const stream = this.#events[index]?.stream ?? '';
    for (const { id, message } of this.#events.slice(index + 1).filter((event) => event.stream === stream)) {
      await send(id, message);
    }
    return stream;
  }
}
