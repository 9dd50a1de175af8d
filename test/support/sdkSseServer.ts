import type { IncomingHttpHeaders } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { listen } from './demo/listener.ts';

/** A server of the official SDK that speaks the transport of 2024-11-05. */
export interface SdkSseServer {
  /** Where the event stream is. */
  readonly sseUrl: string;
  /** Method, path and headers of every request, in order. */
  readonly requests: readonly { readonly route: string; readonly headers: IncomingHttpHeaders }[];
  /** Event streams that are open. */
  openStreams(): number;
  close(): Promise<void>;
}

/** Else VS Code asks a person before it calls a tool. */
const annotations = { readOnlyHint: true, openWorldHint: false };

/** Starts it with two tools. */
export async function startSdkSseServer(): Promise<SdkSseServer> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const transports = new Map<string, SSEServerTransport>();
  const requests: { readonly route: string; readonly headers: IncomingHttpHeaders }[] = [];
  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '/', origin);
    requests.push({ route: `${request.method} ${url.pathname}`, headers: request.headers });
    if (request.method === 'GET' && url.pathname === '/sse') {
      const mcp = new McpServer({ name: 'old-server', version: '1.2.3' });
      mcp.registerTool('one', { annotations }, () => ({
        content: [{ type: 'text', text: 'one was called' }],
      }));
      mcp.registerTool('two', {}, () => ({ content: [] }));
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      response.on('close', () => transports.delete(transport.sessionId));
      await mcp.connect(transport);
      return;
    }
    const transport = transports.get(url.searchParams.get('sessionId') ?? '');
    if (request.method === 'POST' && url.pathname === '/messages' && transport) {
      await transport.handlePostMessage(request, response);
      return;
    }
    response.writeHead(404).end('Not found');
  });
  return { sseUrl: `${origin}/sse`, requests, openStreams: () => transports.size, close };
}
