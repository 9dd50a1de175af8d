import type { Fetch } from '../oauth/oauthFetch.ts';
import { serverError } from '../oauth/serverError.ts';
import { parseInitializeResult } from './initializeResult.ts';
import { resultOf } from './mcpAnswer.ts';
import type { McpConversation } from './mcpConversation.ts';
import { initializeMessage, type McpMessage, postMessage } from './mcpRequest.ts';
import { MessageStream } from './messageStream.ts';
import { requestEventStream } from './openEventStream.ts';

/**
 * Begins to talk to a server by the transport of 2024-11-05: answers come on an event stream, whose first event says
 * where messages are sent, which has to be the same origin.
 *
 * @param send adds credentials and a time limit, and throws when the server refuses them
 * @throws AuthError `server_error`, `invalid_response`, `network`, or what `send` throws
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports (HTTP with SSE)
 */
export async function openSseConversation(serverUrl: URL, send: Fetch): Promise<McpConversation> {
  const stream = new MessageStream(serverUrl, await requestEventStream(serverUrl, send));
  try {
    const endpoint = await stream.endpoint();
    const post = async (message: McpMessage) => {
      const response = await send(endpoint.href, postMessage(message));
      void response.body?.cancel().catch(() => undefined);
      if (!response.ok) {
        throw serverError(serverUrl.host, response);
      }
    };
    let id = 0;
    const request = async (message: (id: number) => McpMessage) => {
      id += 1;
      await post(message(id));
      return resultOf(await stream.answer(id), serverUrl.host);
    };
    const greeting = parseInitializeResult(await request(initializeMessage), serverUrl.host);
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return {
      ...greeting,
      request: async (method, params = {}) =>
        await request((number) => ({ jsonrpc: '2.0', id: number, method, params })),
      close: () => stream.close(),
    };
  } catch (error) {
    await stream.close();
    throw error;
  }
}
