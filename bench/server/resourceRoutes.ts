import { json, missing, type Reply, text, unauthorized } from '../../test/support/reply.ts';
import type { Answer } from './authorizationRoutes.ts';
import type { Issued } from './issued.ts';

/** What the MCP server is made of. */
export interface ResourceOptions {
  readonly origin: string;
  readonly mcpUrl: string;
  readonly issuer: string;
  readonly issued: Issued;
}

/** An MCP server without tools; its metadata is at the well-known path, and its challenge names it. */
export function resourceRoutes({ origin, mcpUrl, issuer, issued }: ResourceOptions) {
  const path = '/.well-known/oauth-protected-resource/mcp';
  const protect =
    (answer: Answer): Answer =>
    (request) => {
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined) {
        return unauthorized(`Bearer resource_metadata="${origin}${path}"`);
      }
      return issued.accepts(token)
        ? answer(request)
        : unauthorized(`Bearer error="invalid_token", resource_metadata="${origin}${path}"`);
    };
  const metadata = {
    resource: mcpUrl,
    authorization_servers: [issuer],
    scopes_supported: ['mcp:tools'],
    bearer_methods_supported: ['header'],
  };
  return new Map<string, Answer | Reply>([
    [`GET ${path}`, json(metadata)],
    ['GET /mcp', protect(() => text('', 'text/plain', { status: 405 }))],
    ['POST /mcp', protect(({ body }) => answerMessage(JSON.parse(body)))],
    ['DELETE /mcp', protect(() => missing)],
    // What one request costs, as the measure of everything else.
    ['GET /one', json({})],
  ]);
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: unknown };
}

function answerMessage({ id, method, params }: Message): Reply {
  if (id === undefined) {
    return text('', 'text/plain', { status: 202 });
  }
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'bench', version: '1.0.0' };
      return result(id, { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo });
    }
    case 'ping':
      return result(id, {});
    default:
      return json({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
  }
}

function result(id: unknown, value: unknown): Reply {
  return json({ jsonrpc: '2.0', id, result: value });
}
