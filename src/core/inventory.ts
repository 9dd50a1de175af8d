import type { Clock } from './clock.ts';
import type { ConfigurationSource } from './config/configurationSource.ts';
import { type Endpoint, resolveEndpoint } from './config/endpoint.ts';
import type { Environment } from './config/expansion.ts';
import type { Configuration, ConfigurationProblem } from './config/parseConfiguration.ts';
import type { ServerDefinition } from './config/serverDefinition.ts';
import type { Disposable } from './disposable.ts';
import { Emitter } from './event.ts';
import { ordinalName } from './session/accountName.ts';
import type { Authenticator } from './session/authenticator.ts';
import type { SessionRefresher } from './session/refresh.ts';
import type { ScopeDemands } from './session/scopeDemands.ts';
import { type Attempt, type ServerState, serverState } from './session/serverState.ts';
import type { Session } from './session/session.ts';
import type { SessionStore } from './session/sessionStore.ts';
import { type SessionSummary, summarizeSession } from './session/sessionSummary.ts';

/** An account at a server as it stands right now. */
export interface AccountSnapshot {
  /** Unique within the inventory and stable. */
  readonly id: string;
  /** The id of the account among those of its server. */
  readonly accountId: string;
  /** What it is called, as it is shown: never empty. */
  readonly name: string;
  /** Whether this workspace uses it. */
  readonly isUsed: boolean;
  readonly state: ServerState;
  readonly session: SessionSummary;
}

/** A server as it stands right now. */
export interface ServerSnapshot {
  /** Unique within the inventory and stable while the file keeps its entries' order and names. */
  readonly id: string;
  readonly sourceId: string;
  readonly sourceLabel: string;
  /** The URI of the file. */
  readonly uri: string;
  readonly definition: ServerDefinition;
  readonly endpoint?: Endpoint | undefined;
  /** With an account, that of the one which this workspace uses. */
  readonly state: ServerState;
  readonly session?: SessionSummary | undefined;
  /** The accounts there, in the order in which they were added. */
  readonly accounts: readonly AccountSnapshot[];
}

/** An account with the server that it is one of. */
export interface FoundAccount {
  readonly server: ServerSnapshot;
  readonly account: AccountSnapshot;
}

/** A configuration file and its servers as they stand right now. */
export interface SourceSnapshot extends Omit<ConfigurationSource, 'configuration'> {
  readonly problem?: ConfigurationProblem | undefined;
  readonly servers: readonly ServerSnapshot[];
}

/** What the inventory is made from. */
export interface InventoryPorts {
  readonly sessions: SessionStore;
  readonly authenticator: Authenticator;
  readonly refresher: SessionRefresher;
  readonly demands: ScopeDemands;
  readonly clock: Clock;
  readonly environment: Environment;
}

/** Every server of every source with its state: what all views render, and the event that they follow. */
export class Inventory implements Disposable {
  readonly #ports: InventoryPorts;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];
  #sources: readonly ConfigurationSource[] = [];
  #serverUrls: ReadonlySet<string> = new Set();

  /** Fires after {@link snapshot} began to answer differently, time passing aside. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: InventoryPorts) {
    this.#ports = ports;
    const { sessions, authenticator, refresher, demands } = ports;
    this.#subscriptions = [sessions, authenticator, refresher, demands].map((part) =>
      part.onDidChange(() => this.#changed.fire()),
    );
  }

  /** Replaces what is known of the configuration files. */
  setSources(sources: readonly ConfigurationSource[]): void {
    this.#sources = sources;
    this.#serverUrls = new Set(sources.flatMap(({ configuration }) => this.#urlsOf(configuration)));
    this.#changed.fire();
  }

  /** Canonical URLs of all remote servers. */
  get serverUrls(): ReadonlySet<string> {
    return this.#serverUrls;
  }

  /** All sources in their order. */
  snapshot(): readonly SourceSnapshot[] {
    return this.#sources.map((source) => {
      const { configuration, ...place } = source;
      const namesakes = new Map<string, number>();
      return {
        ...place,
        problem: configuration.problem,
        servers: configuration.servers.map((definition) => {
          const earlier = namesakes.get(definition.name) ?? 0;
          namesakes.set(definition.name, earlier + 1);
          return this.#server(source, definition, earlier);
        }),
      };
    });
  }

  /** One server by its id, as it stands right now. */
  find(id: string): ServerSnapshot | undefined {
    return this.snapshot()
      .flatMap(({ servers }) => servers)
      .find((server) => server.id === id);
  }

  /** One account by its id in the inventory, with its server. */
  findAccount(id: string): FoundAccount | undefined {
    return this.snapshot()
      .flatMap(({ servers }) => servers)
      .flatMap((server) => server.accounts.map((account) => ({ server, account })))
      .find(({ account }) => account.id === id);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#changed.dispose();
  }

  #urlsOf({ servers }: Configuration): readonly string[] {
    return servers.flatMap((definition) => {
      const endpoint =
        definition.kind === 'remote' ? resolveEndpoint(definition, this.#ports.environment) : undefined;
      return endpoint?.kind === 'url' ? [endpoint.canonicalUrl] : [];
    });
  }

  #server(source: ConfigurationSource, definition: ServerDefinition, namesakes: number): ServerSnapshot {
    const { sessions, demands, clock, environment } = this.#ports;
    const endpoint = definition.kind === 'remote' ? resolveEndpoint(definition, environment) : undefined;
    const url = endpoint?.kind === 'url' ? endpoint.canonicalUrl : undefined;
    const session = url === undefined ? undefined : sessions.get(url);
    const demand = session && demands.of(session);
    const attempt = url === undefined ? undefined : this.#attempt(url);
    const id = JSON.stringify([source.id, definition.name, namesakes]);
    return {
      id,
      sourceId: source.id,
      sourceLabel: source.label,
      uri: source.uri,
      definition,
      endpoint,
      state: serverState({ definition, endpoint, session, attempt, demand, now: clock.now() }),
      session: session && summarizeSession(session),
      accounts: session ? this.#accounts({ serverId: id, definition, endpoint }, session) : [],
    };
  }

  #accounts({ serverId, ...facts }: AccountPlace, used: Session): readonly AccountSnapshot[] {
    const { sessions, refresher, demands, clock } = this.#ports;
    return sessions.accounts(used.serverUrl).map((session, index) => {
      const { serverUrl, account } = session;
      const isRefreshing = refresher.isRefreshing(serverUrl, account.id);
      const attempt: Attempt | undefined = isRefreshing ? { kind: 'refreshing' } : undefined;
      const demand = demands.of(session);
      const summary = summarizeSession(session);
      return {
        id: JSON.stringify([serverId, account.id]),
        accountId: account.id,
        name: summary.accountName ?? ordinalName(index),
        isUsed: account.id === used.account.id,
        state: serverState({ ...facts, session, attempt, demand, now: clock.now() }),
        session: summary,
      };
    });
  }

  #attempt(url: string): Attempt | undefined {
    const { authenticator, refresher } = this.#ports;
    const running = authenticator.running(url);
    if (running) {
      return { kind: 'authenticating', step: running.step };
    }
    if (refresher.isRefreshing(url)) {
      return { kind: 'refreshing' };
    }
    const error = authenticator.failure(url);
    return error && { kind: 'failed', error };
  }
}

/** Where accounts are listed. */
interface AccountPlace {
  readonly serverId: string;
  readonly definition: ServerDefinition;
  readonly endpoint: Endpoint | undefined;
}
