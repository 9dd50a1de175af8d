import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';
import type { AgentServer } from '../core/handover/agentServers.ts';
import type { ContactableServer } from '../core/handover/contactableServer.ts';
import type { Log } from '../core/log.ts';
import type { Gateway, GatewayRoute } from './gateway/gateway.ts';

/** A server as agent mode gets to it. */
export interface AgentDefinition {
  readonly label: string;
  /** Of the gateway. A secret, as long as it is open. */
  readonly url: URL;
  readonly version: string;
}

/** What an offer is made from. */
export interface AgentOfferPorts {
  /** What is to be offered right now. */
  readonly servers: () => readonly AgentServer[];
  /** Fires when {@link servers} may answer differently. */
  readonly onDidChange: Event<void>;
  readonly route: (server: ContactableServer) => GatewayRoute;
  readonly gateway: Gateway;
  readonly log: Log;
}

/**
 * What agent mode is offered, and the endpoints by which it gets there. They are opened as soon as somebody asks for
 * the definitions: sessions of an agent host take them as they are, and never ask again (vscode-facts, "MCP provider
 * API"). While nothing is offered, nothing listens.
 */
export class AgentOffer implements Disposable {
  readonly #ports: AgentOfferPorts;
  readonly #changed = new Emitter<void>();
  readonly #subscription: Disposable;
  #offered: readonly AgentServer[];

  /** Fires after the labels, versions or order of {@link definitions} have changed, and for nothing else. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: AgentOfferPorts) {
    this.#ports = ports;
    this.#offered = ports.servers();
    this.#subscription = ports.onDidChange(() => this.#look());
  }

  /** What is offered; a server whose endpoint cannot be opened is left out, and said to be so in the log. */
  async definitions(): Promise<readonly AgentDefinition[]> {
    const definitions = await Promise.all(this.#offered.map((offered) => this.#open(offered)));
    return definitions.filter((definition) => definition !== undefined);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#close(this.#offered);
    this.#offered = [];
  }

  async #open(offered: AgentServer): Promise<AgentDefinition | undefined> {
    const { gateway, route, log } = this.#ports;
    const { server, label, version } = offered;
    try {
      const url = await gateway.open(routeId(offered), route(server));
      if (this.#isOffered(offered)) {
        return { label, url, version };
      }
      // Taken away while it was opened.
      gateway.close(routeId(offered));
    } catch (reason) {
      log.error('A server cannot be offered to agent mode', { reason });
    }
    return undefined;
  }

  #look(): void {
    const { servers, log } = this.#ports;
    const before = this.#offered;
    const now = servers();
    if (isSame(before, now)) {
      return;
    }
    this.#offered = now;
    this.#close(before.filter((one) => !this.#isOffered(one)));
    log.info('What agent mode is offered has changed', { servers: now.length });
    this.#changed.fire();
  }

  #isOffered({ server }: AgentServer): boolean {
    return this.#offered.some((one) => one.server.id === server.id);
  }

  #close(servers: readonly AgentServer[]): void {
    for (const server of servers) {
      this.#ports.gateway.close(routeId(server));
    }
  }
}

function routeId({ server }: AgentServer): string {
  return `agentMode:${server.id}`;
}

function isSame(one: readonly AgentServer[], other: readonly AgentServer[]): boolean {
  const shown = (servers: readonly AgentServer[]) =>
    JSON.stringify(servers.map(({ server, label, version }) => [server.id, label, version]));
  return shown(one) === shown(other);
}
