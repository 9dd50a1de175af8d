import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GatewayRoute } from './gateway.ts';
import { OpenAnswers } from './openAnswers.ts';

/** An open endpoint, and what goes on through it. */
export interface Endpoint {
  readonly id: string;
  /** The part of its path that nobody can guess. A secret. */
  readonly key: string;
  route: GatewayRoute;
  /** Answers that have not ended. */
  readonly open: OpenAnswers;
  /** Where the messages of open streams of 2024-11-05 are sent, by what stands for it in the path. */
  readonly messageUrls: Map<string, URL>;
  /** Whether the server has refused the last message outside of a session, so that its client tries the old transport. */
  isFallingBack: boolean;
}

/** What a request is for. */
export interface Destination {
  readonly endpoint: Endpoint;
  /** At the server. */
  readonly url: URL;
  /**
   * Whether the answer begins with the event that says where messages are sent. Perhaps, where a definition names
   * Streamable HTTP and there is no session, which only that has: a client that fell back sends the same GET as one that
   * listens.
   */
  readonly endpointEvent: 'yes' | 'perhaps' | 'no';
  /** Whether the client speaks the transport of 2024-11-05, as far as it is known. */
  readonly isOldTransport: boolean;
}

const messagePath = /^\/([\w-]{43})\/message\/([\w-]{22})$/;

/** The endpoints of a gateway, by the keys in their paths. */
export class Endpoints {
  readonly #byId = new Map<string, Endpoint>();
  readonly #byPath = new Map<string, Endpoint>();

  /** The endpoint of that id, with this route from now on; with 256 random bits in its path if it is new. */
  put(id: string, route: GatewayRoute): Endpoint {
    const known = this.#byId.get(id);
    if (known) {
      known.route = route;
      return known;
    }
    const key = randomBytes(32).toString('base64url');
    const endpoint: Endpoint = {
      id,
      key,
      route,
      open: new OpenAnswers(),
      messageUrls: new Map(),
      isFallingBack: false,
    };
    this.#byId.set(id, endpoint);
    this.#byPath.set(endpointPath(endpoint), endpoint);
    return endpoint;
  }

  remove(id: string): Endpoint | undefined {
    const endpoint = this.#byId.get(id);
    if (endpoint) {
      this.#byId.delete(id);
      this.#byPath.delete(endpointPath(endpoint));
    }
    return endpoint;
  }

  /** All ids. */
  get ids(): readonly string[] {
    return [...this.#byId.keys()];
  }

  /** What a request's target stands for, which has to be it to the letter. */
  find({ method, url = '', headers }: IncomingMessage): Destination | undefined {
    // By a hash of the path, so that the time it takes tells nothing of those that there are.
    const endpoint = this.#byPath.get(url);
    if (endpoint === undefined) {
      return this.#findMessages(url);
    }
    const { transport, url: target } = endpoint.route;
    if (transport === 'sse') {
      const endpointEvent = method === 'GET' ? 'yes' : 'no';
      return { endpoint, url: target, endpointEvent, isOldTransport: true };
    }
    if (method !== 'GET' || headers['mcp-session-id'] !== undefined) {
      return { endpoint, url: target, endpointEvent: 'no', isOldTransport: false };
    }
    return { endpoint, url: target, endpointEvent: 'perhaps', isOldTransport: endpoint.isFallingBack };
  }

  #findMessages(path: string): Destination | undefined {
    const [, key, message] = messagePath.exec(path) ?? [];
    if (key === undefined || message === undefined) {
      return undefined;
    }
    const endpoint = this.#byPath.get(endpointPath({ key }));
    const url = endpoint?.messageUrls.get(message);
    return endpoint && url && { endpoint, url, endpointEvent: 'no', isOldTransport: true };
  }
}

/** The path of an endpoint, or of where the messages of one of its streams are sent. */
export function endpointPath({ key }: Pick<Endpoint, 'key'>, message?: string): string {
  return message === undefined ? `/${key}/mcp` : `/${key}/message/${message}`;
}
