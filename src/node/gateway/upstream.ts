import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { isLoopbackHost } from '../../core/network.ts';
import { networkError } from '../../core/oauth/oauthFetch.ts';
import type { HeaderList } from './forwardedHeaders.ts';
import type { GatewayClient } from './gatewayClient.ts';
import { KeptAgents } from './keptAgents.ts';
import type { KeptBody } from './keptBody.ts';

/** How long a connection that nobody uses is kept, in milliseconds: servers close theirs after five seconds and more. */
const idleTime = 4500;

/** A request to a server. */
export interface UpstreamRequest {
  readonly method: string;
  /** Of this request alone: host and length are added to them. */
  readonly headers: HeaderList;
  readonly body: KeptBody;
  readonly client: GatewayClient;
}

/**
 * Sends requests to servers, over connections that are kept. By the modules of Node, which VS Code has taught its proxy
 * and its certificates: it replaces the functions of the module itself, so that these have to be called by way of it.
 */
export class Upstream {
  readonly #http = new http.Agent({ keepAlive: true, timeout: idleTime });
  readonly #https = new https.Agent({ keepAlive: true, timeout: idleTime });
  readonly #between = new KeptAgents(idleTime);
  readonly #addresses = new WeakMap<URL, Address>();

  /**
   * Sends one request. Redirects are not followed.
   *
   * @param url the same object for as long as it is the same address
   *
   * @returns the answer, its body unread
   * @throws AuthError `network`, or the reason of the client's signal
   */
  ask(url: URL, { method, headers, body, client }: UpstreamRequest): Promise<IncomingMessage> {
    const { options, host, isSecure, isListed } = this.#address(url);
    addLength(headers, body, method);
    headers.push('host', host);
    return new Promise((resolve, reject) => {
      const given = {
        ...options,
        method,
        headers: isListed ? headers : asRecord(headers),
        agent: isSecure ? this.#between.choose(url, this.#https) : this.#http,
      };
      const outgoing = isSecure ? https.request(given) : http.request(given);
      if (isSecure) {
        this.#between.keep(url, outgoing, this.#https);
      }
      outgoing.on('response', resolve);
      outgoing.on('error', (error) =>
        reject(client.isGone ? client.signal.reason : networkError(url, error)),
      );
      client.onGone = () => outgoing.destroy();
      if (body.rest) {
        outgoing.write(body.bytes);
        // What goes wrong on either side ends the other; the request tells of it.
        pipeline(body.rest, outgoing, () => undefined);
      } else {
        outgoing.end(body.bytes);
      }
    });
  }

  /** Read from the URL once. */
  #address(url: URL): Address {
    const known = this.#addresses.get(url);
    if (known) {
      return known;
    }
    const isSecure = url.protocol === 'https:';
    // Only what a request needs, since Node copies it several times for each. VS Code's agents know by the protocol which
    // of their connections is which. Not a name and a password, which are no credential of ours.
    const { protocol, hostname, port, path } = urlToHttpOptions(url);
    const address: Address = {
      options: {
        ...{ protocol, hostname, path, ...(port === undefined ? {} : { port }) },
        // What Node would find out for every request.
        servername: isSecure && hostname && isIP(hostname) === 0 ? hostname : '',
      },
      host: url.host,
      isSecure,
      isListed: isSecure || isLoopbackHost(url),
    };
    this.#addresses.set(url, address);
    return address;
  }

  dispose(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

interface Address {
  readonly options: https.RequestOptions;
  readonly host: string;
  readonly isSecure: boolean;
  /**
   * Whether the headers can be given as a list, which Node writes as it is. It keeps nothing of it, and a proxy's agent
   * that has to write a request in the clear anew, for its own first line, would find no headers.
   */
  readonly isListed: boolean;
}

function asRecord(headers: HeaderList): OutgoingHttpHeaders {
  const record: OutgoingHttpHeaders = Object.create(null);
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    const known = record[name];
    record[name] = known === undefined ? value : [known, value].flat().map(String);
  }
  return record;
}

function addLength(headers: HeaderList, { bytes, rest }: KeptBody, method: string): void {
  const declared = rest?.headers['content-length'];
  if (declared !== undefined) {
    headers.push('content-length', declared);
  } else if (!rest && (bytes.byteLength > 0 || method === 'POST')) {
    headers.push('content-length', String(bytes.byteLength));
  }
}
