import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { AuthError } from '../../core/errors.ts';
import { type Destination, type Endpoint, endpointPath } from './endpoints.ts';
import { streamOpening } from './streamOpening.ts';

/** How much may come before the event, in bytes: it is the first one. */
const sizeLimit = 65_536;

const endOfEvent = /\r\n\r\n|\n\n|\r\r/;

/**
 * Passes an event stream of 2024-11-05 on as it comes, but for the event that says where messages are sent: that leads
 * to the gateway. The stream fails unless the event names an address of the server's own origin, since the credential
 * would be sent there. Where it is not sure that the stream is of 2024-11-05, nothing is held back that shows that it
 * is not, and no later event is looked at.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports (HTTP with SSE)
 */
export class EndpointEvent extends Transform {
  readonly #endpoint: Endpoint;
  readonly #serverUrl: URL;
  readonly #isSure: boolean;
  readonly #message = randomBytes(16).toString('base64url');
  /** What has come so far; nothing once it is clear what the rest is. */
  #pending: Buffer | undefined = Buffer.alloc(0);

  constructor({ endpoint, url, endpointEvent }: Destination) {
    super();
    this.#endpoint = endpoint;
    this.#serverUrl = url;
    this.#isSure = endpointEvent === 'yes';
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#pending === undefined) {
      done(null, chunk);
      return;
    }
    try {
      const arrived = Buffer.concat([this.#pending, chunk]);
      this.push(this.#isSure ? this.#take(arrived) : this.#takeIfEndpoint(arrived));
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#endpoint.messageUrls.delete(this.#message);
    done(error);
  }

  /** What can be passed on of what has come so far. */
  #take(arrived: Buffer): Buffer {
    // Byte by byte the same text, so that positions in it are positions in the bytes.
    const text = arrived.toString('latin1');
    const end = endOfEvent.exec(text);
    if (end === null) {
      if (arrived.byteLength > sizeLimit) {
        throw this.#error('does not say where messages are sent to');
      }
      this.#pending = arrived;
      return Buffer.alloc(0);
    }
    const length = end.index + end[0].length;
    const [event, rest] = [arrived.subarray(0, length), arrived.subarray(length)];
    const address = endpointOf(event.toString('utf8'));
    if (address === undefined) {
      this.#pending = Buffer.alloc(0);
      return rest.byteLength === 0 ? event : Buffer.concat([event, this.#take(rest)]);
    }
    this.#endpoint.messageUrls.set(this.#message, this.#check(address));
    this.#pending = undefined;
    const rewritten = `event: endpoint\ndata: ${endpointPath(this.#endpoint, this.#message)}\n\n`;
    return Buffer.concat([Buffer.from(rewritten), rest]);
  }

  /** The same where the first event may be any. */
  #takeIfEndpoint(arrived: Buffer): Buffer {
    const { silent, isEndpoint } = streamOpening(arrived.toString('latin1'));
    const [before, rest] = [arrived.subarray(0, silent), arrived.subarray(silent)];
    if (isEndpoint) {
      return Buffer.concat([before, this.#take(rest)]);
    }
    if (isEndpoint === false || rest.byteLength > sizeLimit) {
      this.#pending = undefined;
      return arrived;
    }
    this.#pending = rest;
    return before;
  }

  #check(address: string): URL {
    const { origin } = this.#serverUrl;
    const url = URL.canParse(address, this.#serverUrl) ? new URL(address, this.#serverUrl) : undefined;
    if (url?.origin !== origin || url.username !== '' || url.password !== '') {
      throw this.#error('wants messages to be sent to another server, which MCP Auth does not do');
    }
    return url;
  }

  #error(what: string): AuthError {
    return new AuthError('invalid_response', `${this.#serverUrl.host} ${what}.`);
  }
}

/**
 * What an answer has to go through because it begins, or may begin, with that event. Its server was asked not to
 * compress it, because it has to be read; one that does so all the same, or sends no event stream, does not fall back.
 *
 * @throws AuthError `invalid_response` where it has to begin so and cannot be read
 */
export function endpointEventIn(
  destination: Destination,
  answer: IncomingMessage,
): EndpointEvent | undefined {
  const { endpointEvent, url } = destination;
  if (endpointEvent === 'no' || answer.statusCode !== 200) {
    return undefined;
  }
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = answer.headers;
  const isReadable = encoding === 'identity';
  if (endpointEvent === 'perhaps') {
    return isReadable && /^text\/event-stream\b/i.test(type) ? new EndpointEvent(destination) : undefined;
  }
  if (!isReadable) {
    answer.destroy();
    throw new AuthError(
      'invalid_response',
      `${url.host} compresses its event stream, though it was asked not to.`,
    );
  }
  return new EndpointEvent(destination);
}

/** The address in an event, if it is the one that says it. */
function endpointOf(text: string): string | undefined {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events.find(({ event }) => event === 'endpoint')?.data;
}
