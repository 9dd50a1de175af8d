import { createParser } from 'eventsource-parser';
import { AuthError } from '../errors.ts';
import { bodyChunks } from './bodyChunks.ts';
import { type McpAnswer, parseMcpAnswer } from './mcpAnswer.ts';
import { isEventStream } from './openEventStream.ts';

const sizeLimit = 5_000_000;

/**
 * Waits for the answer to one request in the body of a Streamable HTTP response, which is JSON or a stream of
 * events; the rest of a stream is dropped.
 *
 * @param host who answers, for the sentence of an error
 * @throws AuthError `invalid_response` when the body ends, or reaches 5 MB, without the answer
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports (sending messages to the server)
 */
export async function readMcpResponse(response: Response, id: number, host: string): Promise<McpAnswer> {
  const isStream = isEventStream(response);
  let found: McpAnswer | undefined;
  let text = '';
  const take = (data: string) => {
    found ??= parseMcpAnswer(data, id);
  };
  const parser = createParser({ onEvent: ({ data }) => take(data) });
  const decoder = new TextDecoder();
  let size = 0;
  for await (const chunk of bodyChunks(response)) {
    size += chunk.byteLength;
    const part = decoder.decode(chunk, { stream: true });
    if (isStream) {
      parser.feed(part);
    } else {
      text += part;
    }
    if (found || size > sizeLimit) {
      break;
    }
  }
  if (!isStream) {
    take(text);
  }
  if (!found) {
    const what = size > sizeLimit ? 'with more than 5 MB' : 'not with an MCP message';
    throw new AuthError('invalid_response', `${host} answered, but ${what}.`);
  }
  return found;
}
