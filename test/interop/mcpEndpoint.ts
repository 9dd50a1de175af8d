import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestHandler } from 'express';

/** What a connection test finds at a {@link serveMcp} endpoint. */
export const endpointName = 'interop';

/** The tool that servers with several scopes keep for those who have the right one. */
export const writingTool = 'write';

/** An MCP server with two tools. */
export function createMcpServer(): McpServer {
  const server = new McpServer({ name: endpointName, version: '1.0.0' });
  server.registerTool('ping', { description: 'Answers.' }, () => ({
    content: [{ type: 'text', text: 'pong' }],
  }));
  server.registerTool(writingTool, { description: 'Writes.' }, () => ({
    content: [{ type: 'text', text: 'written' }],
  }));
  return server;
}

/** Serves it without sessions; whoever calls has been let in before. */
export const serveMcp: RequestHandler = async (request, response) => {
  const server = createMcpServer();
  const transport = new StreamableHTTPServerTransport();
  response.once('close', () => void server.close());
  // The SDK is not written for exactOptionalPropertyTypes: its own transport does not fit its own interface.
  await server.connect(transport as Transport);
  // Whoever let the caller in may have read the body.
  await transport.handleRequest(request, response, request.body);
};

/** Serves it by the transport of 2024-11-05: a stream for answers, and an address that messages are posted to. */
export function eventStreamEndpoint(messagesPath: string): {
  readonly openStream: RequestHandler;
  readonly takeMessage: RequestHandler;
} {
  const streams = new Map<unknown, SSEServerTransport>();
  return {
    async openStream(_request, response) {
      const transport = new SSEServerTransport(messagesPath, response);
      streams.set(transport.sessionId, transport);
      response.once('close', () => streams.delete(transport.sessionId));
      await createMcpServer().connect(transport as Transport);
    },
    async takeMessage(request, response) {
      const transport = streams.get(request.query.sessionId);
      await (transport?.handlePostMessage(request, response, request.body) ?? response.sendStatus(404));
    },
  };
}

/** The same for servers of web-standard requests. */
export async function answerMcp(request: Request): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await createMcpServer().connect(transport as Transport);
  return await transport.handleRequest(request);
}

/** Whether a JSON-RPC message calls the tool that writes. */
export function isWriting(message: unknown): boolean {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && params?.name === writingTool;
}
