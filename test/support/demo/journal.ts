import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { headerSecrets, querySecrets } from './secrets.ts';

/** Which of the demo's two servers was asked. */
export type Side = 'authorization' | 'resource';

/** One HTTP request, recorded when its response status is decided, before the client can see it. */
export interface RequestEntry {
  readonly side: Side;
  readonly method: string;
  /** Request target byte for byte as received: path and query, nothing decoded. */
  readonly url: string;
  /** 0 when the client went away before there was an answer. */
  readonly status: number;
}

/** One use of a refresh token at the token endpoint. */
export interface RefreshEntry {
  readonly clientId: string | undefined;
  readonly presented: string;
  readonly status: number;
  /** OAuth error code of a refused refresh. */
  readonly error: string | undefined;
}

/** One request to the revocation endpoint (RFC 7009 answers 200 to unknown tokens too). */
export interface RevocationEntry {
  readonly clientId: string | undefined;
  readonly token: string;
  readonly status: number;
  /** Whether the token was one this server had issued and not yet forgotten. */
  readonly known: boolean;
}

/** Everything a test may ask about what went over the wire. Lists grow while the demo runs. */
export class Journal {
  readonly #requests: RequestEntry[] = [];
  readonly #refreshes: RefreshEntry[] = [];
  readonly #revocations: RevocationEntry[] = [];
  readonly #secrets = new Set<string>();
  readonly #waiting = new Set<(entry: RequestEntry) => void>();

  get requests(): readonly RequestEntry[] {
    return this.#requests;
  }

  get refreshes(): readonly RefreshEntry[] {
    return this.#refreshes;
  }

  get revocations(): readonly RevocationEntry[] {
    return this.#revocations;
  }

  /** Every code, token, client secret, code verifier, registration access token and state ever issued or received. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets;
  }

  /** How many of the requests so far match. */
  count(predicate: (entry: RequestEntry) => boolean): number {
    return this.#requests.filter(predicate).length;
  }

  /** The first matching request recorded from now on. Rejects with the signal's reason. */
  next(
    predicate: (entry: RequestEntry) => boolean,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RequestEntry> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#waiting.delete(offer);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const offer = (entry: RequestEntry) => {
        if (predicate(entry)) settle(() => resolve(entry));
      };
      const abort = () => settle(() => reject(signal?.reason));
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener('abort', abort);
      this.#waiting.add(offer);
    });
  }

  /** Records every request to a server from now on, and the secrets in URLs and headers. Bodies are the handlers' to report. */
  watch(server: Server, side: Side): void {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const { method = '', url = '' } = request;
      this.addSecrets([...querySecrets(url), ...headerSecrets(request.headers.authorization)]);
      const record = once((status: number) => this.#record({ side, method, url, status }));
      // Node calls writeHead for every response, also for implicit headers, before a byte leaves.
      response.writeHead = new Proxy(response.writeHead, {
        apply: (writeHead, self, args) => {
          const location = response.getHeader('location');
          if (typeof location === 'string') this.addSecrets(querySecrets(location));
          record(Number(args[0]));
          return Reflect.apply(writeHead, self, args);
        },
      });
      response.once('close', () => record(0));
    });
  }

  addSecrets(values: Iterable<string>): void {
    for (const value of values) {
      if (value !== '') this.#secrets.add(value);
    }
  }

  addRefresh(entry: RefreshEntry): void {
    this.#refreshes.push(entry);
  }

  addRevocation(entry: RevocationEntry): void {
    this.#revocations.push(entry);
  }

  #record(entry: RequestEntry): void {
    this.#requests.push(entry);
    for (const offer of [...this.#waiting]) offer(entry);
  }
}

function once(action: (status: number) => void): (status: number) => void {
  let done = false;
  return (status) => {
    if (done) return;
    done = true;
    action(status);
  };
}
