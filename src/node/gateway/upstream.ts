import http, { type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { networkError } from '../../core/oauth/oauthFetch.ts';
import { KeptAgents } from './keptAgents.ts';
import type { KeptBody } from './keptBody.ts';

/** How long a connection that nobody uses is kept, in milliseconds: servers close theirs after five seconds and more. */
const idleTime = 4500;

/** A request to a server. */
export interface UpstreamRequest {
  readonly method: string;
  /** Of this request alone: the length is added to them. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: KeptBody;
  readonly signal: AbortSignal;
}

/**
 * Sends requests to servers, over connections that are kept. By the modules of Node, which VS Code has taught its proxy
 * and its certificates: it replaces the functions of the module itself, so that these have to be called by way of it.
 */
export class Upstream {
  readonly #http = new http.Agent({ keepAlive: true, timeout: idleTime });
  readonly #https = new https.Agent({ keepAlive: true, timeout: idleTime });
  readonly #between = new KeptAgents(idleTime);
  readonly #addresses = new WeakMap<URL, RequestOptions>();

  /**
   * Sends one request. Redirects are not followed.
   *
   * @param url the same object for as long as it is the same address
   *
   * @returns the answer, its body unread
   * @throws AuthError `network`, or the signal's reason
   */
  async ask(url: URL, { method, headers, body, signal }: UpstreamRequest): Promise<IncomingMessage> {
    addLength(headers, body, method);
    const isSecure = url.protocol === 'https:';
    const options = {
      ...this.#address(url),
      method,
      headers,
      agent: isSecure ? this.#between.choose(url, this.#https) : this.#http,
    };
    return await new Promise((resolve, reject) => {
      const outgoing = isSecure ? https.request(options) : http.request(options);
      if (isSecure) {
        this.#between.keep(url, outgoing, this.#https);
      }
      outgoing.once('response', resolve);
      outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : networkError(url, error)));
      // Not by Node's own option, which follows the whole life of a stream, at a cost.
      signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
      if (body.rest) {
        outgoing.write(body.bytes);
        // What goes wrong on either side ends the other; the request tells of it.
        pipeline(body.rest, outgoing, () => undefined);
      } else {
        outgoing.end(body.bytes);
      }
    });
  }

  /**
   * Only what a request needs, and read from the URL once, since Node copies it for every request several times. Not a
   * name and a password, which are no credential of ours.
   */
  #address(url: URL): RequestOptions {
    const known = this.#addresses.get(url);
    if (known) {
      return known;
    }
    const { protocol, hostname, port, path } = urlToHttpOptions(url);
    const address = { protocol, hostname, path, ...(port === undefined ? {} : { port }) };
    this.#addresses.set(url, address);
    return address;
  }

  dispose(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function addLength(headers: OutgoingHttpHeaders, { bytes, rest }: KeptBody, method: string): void {
  const declared = rest?.headers['content-length'];
  if (declared !== undefined) {
    headers['content-length'] = declared;
  } else if (!rest && (bytes.byteLength > 0 || method === 'POST')) {
    headers['content-length'] = String(bytes.byteLength);
  }
}
