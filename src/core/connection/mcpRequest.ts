/** The newest revision that begins with a handshake; servers answer `initialize` with one of their own. */
const handshakeProtocolVersion = '2025-11-25';

/** The revision without a handshake, in which every request says what it needs. */
export const statelessProtocolVersion = '2026-07-28';

const clientInfo = { name: 'mcp-auth', title: 'MCP Auth for VS Code', version: '0.1.0' };

/** A JSON-RPC 2.0 request, or without an id a notification. */
export interface McpMessage {
  readonly jsonrpc: '2.0';
  readonly id?: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** An MCP message as Streamable HTTP sends it. */
export function postMessage(
  message: McpMessage,
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  return {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(message),
  };
}

/**
 * The request that opens an MCP session.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle (initialization)
 */
export function initializeMessage(id: number): McpMessage {
  const params = { protocolVersion: handshakeProtocolVersion, capabilities: {}, clientInfo };
  return { jsonrpc: '2.0', id, method: 'initialize', params };
}

/**
 * A request of the revision without a handshake, headers included.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index (per-request metadata)
 */
export function postStatelessRequest(
  id: number,
  method: string,
  params: Readonly<Record<string, unknown>>,
): RequestInit {
  const metadata = {
    'io.modelcontextprotocol/protocolVersion': statelessProtocolVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const message: McpMessage = { jsonrpc: '2.0', id, method, params: { ...params, _meta: metadata } };
  const name = typeof params.name === 'string' ? { 'mcp-name': params.name } : {};
  return postMessage(message, {
    'mcp-protocol-version': statelessProtocolVersion,
    'mcp-method': method,
    ...name,
  });
}
