import http, { type ClientRequest } from 'node:http';

/** What Node's agents have, and its typings do not. */
interface KeepingAgent extends http.Agent {
  keepAlive: boolean;
  readonly options: { timeout?: number | undefined };
}

/**
 * The agents that VS Code puts between requests and the agents that these were given. It makes a new one for each
 * request, which has no connections yet and keeps none: by a proxy, each request would cost a tunnel and a handshake. But
 * it takes an agent of its own as it is, so that the last one is given back to it with the next request. For `https:`
 * only: by plain HTTP a proxy wants to see another path, which VS Code's agent writes when it makes a connection.
 */
export class KeptAgents {
  /** Milliseconds. */
  readonly #idleTime: number;
  readonly #kept = new WeakMap<URL, http.Agent>();

  /** @param idleTime how long a connection that nobody uses is kept, in milliseconds */
  constructor(idleTime: number) {
    this.#idleTime = idleTime;
  }

  /**
   * The agent to ask with. One without connections is not taken again, because it goes by the settings of when it was
   * made: whoever has mended these after a failure needs another one. It has none either where no proxy is used, since
   * Node's own agents have those.
   */
  choose(url: URL, own: http.Agent): http.Agent {
    const kept = this.#kept.get(url);
    return kept && (hasSome(kept.sockets) || hasSome(kept.freeSockets)) ? kept : own;
  }

  /** Keeps the agent by which a request goes in fact, and has it keep its connections. */
  keep(url: URL, request: ClientRequest, own: http.Agent): void {
    const used: unknown = 'agent' in request ? request.agent : undefined;
    if (used !== own && isKeeping(used) && used !== this.#kept.get(url)) {
      used.keepAlive = true;
      used.options.timeout = this.#idleTime;
      this.#kept.set(url, used);
    }
  }
}

function hasSome(sockets: NodeJS.ReadOnlyDict<unknown>): boolean {
  for (const _name in sockets) {
    return true;
  }
  return false;
}

function isKeeping(agent: unknown): agent is KeepingAgent {
  return agent instanceof http.Agent && 'keepAlive' in agent && 'options' in agent;
}
