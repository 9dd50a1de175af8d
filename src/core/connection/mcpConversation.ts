import { AuthError } from '../errors.ts';
import { brokenAnswer, type Fetch } from '../oauth/oauthFetch.ts';
import { serverError } from '../oauth/serverError.ts';
import { parseInitializeResult } from './initializeResult.ts';
import { type McpRequestError, resultOf } from './mcpAnswer.ts';
import {
  initializeMessage,
  postMessage,
  postStatelessRequest,
  statelessProtocolVersion,
} from './mcpRequest.ts';
import { readMcpResponse } from './readMcpResponse.ts';

/** A server that answers MCP requests, one at a time, by whichever transport. */
export interface McpConversation {
  /** What the server calls itself: attacker-controlled. Not known without a handshake. */
  readonly serverName?: string | undefined;
  readonly serverVersion?: string | undefined;
  readonly protocolVersion?: string | undefined;
  /** Whether it is of use to ask for tools. */
  readonly hasTools: boolean;
  /**
   * Sends a request and waits for its result, of which only the shape as JSON-RPC is checked.
   *
   * @throws AuthError `server_error` ({@link McpRequestError} where the server says so in MCP), `invalid_response`, `network`,
   * or what the given `send` throws
   */
  request(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends the session, where there is one. Never throws. */
  close(): Promise<void>;
}

/**
 * Begins to talk to a server: by `initialize`, or, if it answers that with HTTP 400, without a handshake, as
 * revision 2026-07-28 has it.
 *
 * @param send adds credentials and a time limit, and throws when the server refuses them
 */
export async function openConversation(serverUrl: URL, send: Fetch): Promise<McpConversation> {
  const opened = await send(serverUrl.href, postMessage(initializeMessage(1)));
  if (opened.status === 400) {
    await opened.body?.cancel();
    return statelessConversation(serverUrl, send);
  }
  const sessionId = opened.headers.get('mcp-session-id');
  const greeting = parseInitializeResult(await answerOf(opened, 1, serverUrl), serverUrl.host);
  const { protocolVersion } = greeting;
  const headers = {
    ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
    ...(protocolVersion === undefined ? {} : { 'mcp-protocol-version': protocolVersion }),
  };
  const ready = postMessage({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  await (await send(serverUrl.href, ready)).body?.cancel();
  let id = 1;
  return {
    ...greeting,
    async request(method, params = {}) {
      id += 1;
      return await answerOf(
        await send(serverUrl.href, postMessage({ jsonrpc: '2.0', id, method, params }, headers)),
        id,
        serverUrl,
      );
    },
    async close() {
      if (sessionId !== null) {
        // A courtesy that the server may refuse.
        await send(serverUrl.href, { method: 'DELETE', headers }).then(
          (response) => response.body?.cancel(),
          () => undefined,
        );
      }
    },
  };
}

function statelessConversation(serverUrl: URL, send: Fetch): McpConversation {
  let id = 1;
  return {
    protocolVersion: statelessProtocolVersion,
    hasTools: true,
    async request(method, params = {}) {
      id += 1;
      return await answerOf(
        await send(serverUrl.href, postStatelessRequest(id, method, params)),
        id,
        serverUrl,
      );
    },
    close: () => Promise.resolve(),
  };
}

async function answerOf(response: Response, id: number, serverUrl: URL): Promise<unknown> {
  const { host } = serverUrl;
  if (!response.ok) {
    await response.body?.cancel();
    throw serverError(host, response);
  }
  const answer = await readMcpResponse(response, id, host).catch((error: unknown) => {
    throw error instanceof AuthError ? error : brokenAnswer(serverUrl, error);
  });
  return resultOf(answer, host);
}
