import type { IncomingMessage, ServerResponse } from 'node:http';
import { explainFailure } from '../../core/connection/explainFailure.ts';
import { AuthError } from '../../core/errors.ts';

/** Of the range that JSON-RPC leaves to implementations; the message says the rest. */
const errorCode = -32001;

/** When a client is to try again to listen, in milliseconds. */
const listenAgainAfter = 15_000;

/** A request that is answered by the gateway itself. */
export interface RefusedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As far as it is known. */
  readonly body: Buffer | undefined;
  /**
   * Whether the client speaks the transport of 2024-11-05: its stream begins with an event of its own, and the answers
   * to its messages come by that, so that what a POST is answered is not read unless it is an error.
   */
  readonly isOldTransport: boolean;
}

/**
 * Tells a client why its request has failed, in the words of MCP. Never by 401 or 403: VS Code's client takes either
 * for a reason to begin an OAuth of its own, at this address. Neither by another 4xx: to the first message that means
 * the transport of 2024-11-05, and to somebody who listens, that there is nothing to hear, ever.
 *
 * - A request gets the error as its answer, which clients show to whoever has asked.
 * - Who wants to listen gets an empty stream that says when to try again, and loses no place in an earlier one.
 * - Anything else fails by HTTP 502.
 */
export function refuse({ request, response, body, isOldTransport }: RefusedRequest, error: AuthError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (request.method === 'GET' && !isOldTransport) {
    const type = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    response.writeHead(200, type).end(emptyStream(request.headers['last-event-id']));
    return;
  }
  const text = isOldTransport ? undefined : answerText(body, error.message);
  send(response, text === undefined ? 502 : 200, text ?? JSON.stringify(errorOf(error.message)));
}

/** Tells a client that it asks for too much at once, by HTTP 503. */
export function refuseForNow(response: ServerResponse, sentence: string): void {
  response.setHeader('retry-after', '1');
  response.setHeader('connection', 'close');
  send(response, 503, JSON.stringify(errorOf(sentence)));
}

/** Whatever went wrong, as what a client may know of it. */
export function refusalOf(error: unknown): AuthError {
  return error instanceof AuthError
    ? explainFailure(error, undefined)
    : new AuthError('server_error', 'MCP Auth could not forward this request.', { cause: error });
}

function send(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
}

function errorOf(message: string) {
  return { jsonrpc: '2.0', error: { code: errorCode, message } };
}

/** The answer to all requests of a message, or to the batch of 2025-03-26; nothing where it holds no request. */
function answerText(body: Buffer | undefined, message: string): string | undefined {
  const parsed = parseJson(body);
  const messages: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const answers = messages
    .map(requestId)
    .filter((id) => id !== undefined)
    .map((id) => ({ ...errorOf(message), id }));
  if (answers.length === 0) {
    return undefined;
  }
  return JSON.stringify(Array.isArray(parsed) ? answers : answers[0]);
}

function parseJson(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(String(body ?? ''));
  } catch {
    return undefined;
  }
}

function requestId(message: unknown): number | string | undefined {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('method' in message)) {
    return undefined;
  }
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/** An event without data keeps the place at which the client has listened (HTML, section 9.2.6). */
function emptyStream(lastEventId: string | string[] | undefined): string {
  const place = lastEventId === undefined ? '' : `id: ${String(lastEventId)}\n`;
  return `${place}retry: ${listenAgainAfter}\ndata:\n\n`;
}
