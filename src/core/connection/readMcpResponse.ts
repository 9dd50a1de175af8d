import { createParser } from 'eventsource-parser';
import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import { isEventStream } from './openEventStream.ts';

/** A JSON-RPC 2.0 answer, checked for its shape only: `result` is whatever the server wrote. */
export type McpResponse =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

const sizeLimit = 5_000_000;

const answer = v.union([
  v.object({ jsonrpc: v.literal('2.0'), id: v.number(), result: v.unknown() }),
  v.object({
    jsonrpc: v.literal('2.0'),
    id: v.number(),
    error: v.object({ code: v.number(), message: v.string() }),
  }),
]);

/**
 * Waits for the answer to one request in the body of a Streamable HTTP response, which is JSON or a stream of
 * events; the rest of a stream is dropped.
 *
 * @param host who answers, for the sentence of an error
 * @throws AuthError `invalid_response` when the body ends, or reaches 5 MB, without the answer
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports (sending messages to the server)
 */
export async function readMcpResponse(response: Response, id: number, host: string): Promise<McpResponse> {
  const isStream = isEventStream(response);
  let found: McpResponse | undefined;
  let text = '';
  const take = (data: string) => {
    found ??= parseAnswer(data, id);
  };
  const parser = createParser({ onEvent: ({ data }) => take(data) });
  const decoder = new TextDecoder();
  let size = 0;
  for await (const chunk of chunksOf(response)) {
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

/** The body chunk by chunk; leaving the loop cancels the rest. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      yield part.value;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

function parseAnswer(data: string, id: number): McpResponse | undefined {
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(answer, message);
  if (!parsed.success || parsed.output.id !== id) {
    return undefined;
  }
  return 'error' in parsed.output
    ? { kind: 'error', ...parsed.output.error }
    : { kind: 'result', result: parsed.output.result };
}
