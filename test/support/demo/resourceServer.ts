import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import type { AuthorizationServer } from './authorizationServer.ts';
import { requireBearer } from './bearer.ts';

const ENDPOINT = '/mcp';
const METADATA_PATH = `/.well-known/oauth-protected-resource${ENDPOINT}`;

/** The URL of the MCP server on an origin. */
export function mcpUrlOn(origin: string): string {
  return origin + ENDPOINT;
}

/** The MCP server: an Express application, and the end of its sessions. */
export interface ResourceServer {
  readonly handler: Express;
  close(): Promise<void>;
}

/** Where the MCP server is, and who vouches for its callers. */
export interface ResourceServerOptions {
  readonly origin: string;
  readonly issuer: string;
  /** Whether it asks for the scope `openid`, so that clients learn who signed in. */
  readonly openId?: boolean;
  readonly authorizationServer: Pick<AuthorizationServer, 'checkAccessToken'>;
}

/** An MCP server with two tools and stateful sessions, where every request needs a bearer token. */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { origin, issuer, openId = false, authorizationServer } = options;
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const app = express();
  app.disable('x-powered-by');
  app.get(METADATA_PATH, (_request, response) => {
    response.json({
      resource: mcpUrlOn(origin),
      resource_name: 'Demo MCP server',
      authorization_servers: [issuer],
      scopes_supported: ['mcp:tools', ...(openId ? ['openid'] : []), 'offline_access'],
      bearer_methods_supported: ['header'],
    });
  });
  app.use(ENDPOINT, requireBearer(authorizationServer, origin + METADATA_PATH));
  app.all(ENDPOINT, (request, response) => serveMcp(sessions, request, response));
  return {
    handler: app,
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
    },
  };
}

async function serveMcp(
  sessions: Map<string, StreamableHTTPServerTransport>,
  request: Request,
  response: Response,
): Promise<void> {
  const sessionId = request.get('mcp-session-id');
  const known = sessionId === undefined ? undefined : sessions.get(sessionId);
  if (sessionId !== undefined && known === undefined) {
    response
      .status(404)
      .json({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null });
    return;
  }
  const transport = known ?? (await openSession(sessions));
  await transport.handleRequest(request, response);
}

async function openSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  // The SDK is not written for exactOptionalPropertyTypes: its own transport does not fit its own interface.
  await createMcpServer().connect(transport as Transport);
  return transport;
}

/** Clients call such tools without asking a person first. */
const annotations = { readOnlyHint: true, openWorldHint: false };

function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'mcp-auth-demo', version: '1.0.0' });
  server.registerTool(
    'add',
    { description: 'Adds two numbers.', annotations, inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  server.registerTool('whoami', { description: 'Tells who is signed in.', annotations }, ({ authInfo }) => ({
    content: [{ type: 'text', text: String(authInfo?.extra?.subject) }],
  }));
  return server;
}
