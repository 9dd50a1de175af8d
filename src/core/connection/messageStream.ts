import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { AuthError } from '../errors.ts';
import { brokenAnswer } from '../oauth/oauthFetch.ts';
import { bodyChunks } from './bodyChunks.ts';
import { type McpAnswer, parseMcpAnswer } from './mcpAnswer.ts';

const sizeLimit = 5_000_000;

/**
 * The event stream on which a server of 2024-11-05 answers. It is read only while something is waited for; what
 * comes before that is passed over.
 */
export class MessageStream {
  readonly #serverUrl: URL;
  readonly #chunks: AsyncGenerator<Uint8Array, undefined>;
  readonly #decoder = new TextDecoder();
  readonly #arrived: EventSourceMessage[] = [];
  readonly #parser = createParser({ onEvent: (event) => this.#arrived.push(event) });

  constructor(serverUrl: URL, response: Response) {
    this.#serverUrl = serverUrl;
    this.#chunks = bodyChunks(response);
  }

  /**
   * Waits for the address that messages are sent to.
   *
   * @throws AuthError `invalid_response` unless it is of the same origin as the stream; `network`
   */
  async endpoint(): Promise<URL> {
    const { host, origin } = this.#serverUrl;
    const text = await this.#next(({ event, data }) => (event === 'endpoint' ? data : undefined));
    const endpoint = URL.canParse(text, this.#serverUrl) ? new URL(text, this.#serverUrl) : undefined;
    if (endpoint?.origin !== origin || endpoint.username !== '' || endpoint.password !== '') {
      throw new AuthError(
        'invalid_response',
        `${host} wants messages to be sent to another server, which MCP Auth does not do.`,
      );
    }
    return endpoint;
  }

  /**
   * Waits for the answer to one request.
   *
   * @throws AuthError `invalid_response`, `network`
   */
  async answer(id: number): Promise<McpAnswer> {
    return await this.#next(({ event = 'message', data }) =>
      event === 'message' ? parseMcpAnswer(data, id) : undefined,
    );
  }

  /** Drops the rest. Never throws. */
  async close(): Promise<void> {
    await this.#chunks.return(undefined).catch(() => undefined);
  }

  async #next<T>(take: (event: EventSourceMessage) => T | undefined): Promise<T> {
    const { host } = this.#serverUrl;
    for (let size = 0; size <= sizeLimit; ) {
      for (let event = this.#arrived.shift(); event; event = this.#arrived.shift()) {
        const taken = take(event);
        if (taken !== undefined) {
          return taken;
        }
      }
      const chunk = await this.#read();
      size += chunk.byteLength;
      this.#parser.feed(this.#decoder.decode(chunk, { stream: true }));
    }
    await this.close();
    throw new AuthError('invalid_response', `${host} sent more than 5 MB without an answer.`);
  }

  async #read(): Promise<Uint8Array> {
    const { value } = await this.#chunks.next().catch((error: unknown) => {
      throw error instanceof AuthError ? error : brokenAnswer(this.#serverUrl, error);
    });
    if (value === undefined) {
      throw new AuthError(
        'invalid_response',
        `${this.#serverUrl.host} ended its event stream before it had answered.`,
      );
    }
    return value;
  }
}
