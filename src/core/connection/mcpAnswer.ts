import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import { quote } from '../quote.ts';

/** A JSON-RPC 2.0 answer, checked for its shape only: `result` and `data` are whatever the server wrote. */
export type McpAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | {
      readonly kind: 'error';
      readonly code: number;
      readonly message: string;
      readonly data?: unknown;
    };

/** A server that speaks MCP said that a request has failed. */
export class McpRequestError extends AuthError {
  readonly answer: Extract<McpAnswer, { readonly kind: 'error' }>;

  constructor(host: string, answer: Extract<McpAnswer, { readonly kind: 'error' }>) {
    const message = quote(answer.message.slice(0, 200));
    super('server_error', `${host} answered with an error of its own: ${message}.`);
    this.answer = answer;
  }
}

const error = v.object({ code: v.number(), message: v.string(), data: v.optional(v.unknown()) });

const schema = v.union([
  v.object({ jsonrpc: v.literal('2.0'), id: v.number(), result: v.unknown() }),
  v.object({ jsonrpc: v.literal('2.0'), id: v.number(), error }),
]);

/** A message of a server as the answer to one request; `undefined` for any other message. */
export function parseMcpAnswer(data: string, id: number): McpAnswer | undefined {
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, message);
  if (!parsed.success || parsed.output.id !== id) {
    return undefined;
  }
  return 'error' in parsed.output
    ? { kind: 'error', ...parsed.output.error }
    : { kind: 'result', result: parsed.output.result };
}

/**
 * What a request has led to.
 *
 * @throws McpRequestError where that is an error
 */
export function resultOf(answer: McpAnswer, host: string): unknown {
  if (answer.kind === 'error') {
    throw new McpRequestError(host, answer);
  }
  return answer.result;
}
