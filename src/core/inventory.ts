import type { AccessEntry } from './access/accessControl.ts';
import type { Approvals } from './config/claudeApproval.ts';
import { claudeCodeUse } from './config/claudeCodeUse.ts';
import type { ConfigurationSource } from './config/configurationSource.ts';
import type { Endpoint } from './config/endpoint.ts';
import { missingVariables } from './config/missingVariables.ts';
import { claudeServerUses, type ServerUses } from './config/precedence.ts';
import type { ServerDefinition } from './config/serverDefinition.ts';
import { describeRemote, type RemoteServer, Resolutions, type ServerEntry } from './describeServer.ts';
import type { Disposable } from './disposable.ts';
import { Emitter } from './event.ts';
import type { InventoryPorts } from './inventoryPorts.ts';
import type { AccountSnapshot, FoundAccount, ServerSnapshot, SourceSnapshot } from './serverSnapshot.ts';
import { serverUsers } from './serverUsers.ts';
import { ordinalName } from './session/accountName.ts';
import { serverState, sessionState } from './session/serverState.ts';
import type { Session } from './session/session.ts';
import { summarizeSession } from './session/sessionSummary.ts';

/** Every server of every source with its state: what all views render, and the event that they follow. */
export class Inventory implements Disposable {
  readonly #ports: InventoryPorts;
  readonly #resolutions: Resolutions;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];
  #sources: readonly ConfigurationSource[] = [];
  #uses: ServerUses = new Map();
  #approvals: Approvals = new Map();
  #serverUrls: ReadonlySet<string> = new Set();
  /** By the ids of servers. */
  readonly #handles = new Map<string, string>();
  /** All that views ask for in the same moment is worked out once. */
  #current: { readonly at: number; readonly snapshot: readonly SourceSnapshot[] } | undefined;
  /** The same for all servers until something changes. */
  #accessEntries: readonly AccessEntry[] | undefined;
  /** While a change is told, which takes a while where there are a thousand servers, no time passes. */
  #isTelling = false;

  #revision = 0;

  /** Fires after {@link snapshot} began to answer differently, time passing aside. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: InventoryPorts) {
    this.#ports = ports;
    this.#resolutions = new Resolutions(ports);
    const { sessions, authenticator, refresher, demands, tokens, helpers, probes, verdicts } = ports;
    const parts = [sessions, authenticator, refresher, demands, tokens, helpers, probes, verdicts];
    this.#subscriptions = [
      ...parts.map((part) => part.onDidChange(() => this.#fire())),
      ...[ports.codex, ports.access].flatMap((part) => part?.onDidChange(() => this.#fire()) ?? []),
      ports.environment.onDidChange(() => this.#resolveAnew()),
    ];
  }

  /** Replaces what is known of the configuration files, and of what Claude Code's settings say of their servers. */
  setSources(sources: readonly ConfigurationSource[], approvals: Approvals = new Map()): void {
    this.#sources = sources;
    this.#uses = claudeServerUses(sources);
    this.#approvals = approvals;
    this.#resolveAnew();
  }

  /** Canonical URLs of all remote servers. */
  get serverUrls(): ReadonlySet<string> {
    return this.#serverUrls;
  }

  /** All sources in their order. */
  snapshot(): readonly SourceSnapshot[] {
    const at = this.#ports.clock.now();
    if (!this.#current || (this.#current.at !== at && !this.#isTelling)) {
      this.#current = { at, snapshot: this.#sources.map((source) => this.#source(source)) };
    }
    return this.#current.snapshot;
  }

  /** Another number after every change: while it is the same, only time has passed. */
  get revision(): number {
    return this.#revision;
  }

  /** The servers of all sources. */
  get servers(): readonly ServerSnapshot[] {
    return this.snapshot().flatMap(({ servers }) => servers);
  }

  /** One server by its id or its handle, as it stands right now. */
  find(idOrHandle: string): ServerSnapshot | undefined {
    return this.servers.find(({ id }) => id === idOrHandle || this.#handles.get(id) === idOrHandle);
  }

  /** A few characters that stand for an id in this window: an id is as long as its file's path. */
  handleOf(id: string): string {
    const handle = this.#handles.get(id) ?? `#${this.#handles.size + 1}`;
    this.#handles.set(id, handle);
    return handle;
  }

  /** One account by its id in the inventory, with its server. */
  findAccount(id: string): FoundAccount | undefined {
    return this.servers
      .flatMap((server) => server.accounts.map((account) => ({ server, account })))
      .find(({ account }) => account.id === id);
  }

  /** What a server is contacted with right now; `undefined` for one that cannot be contacted. Holds secrets. */
  contactOf({ sourceId, definition }: ServerSnapshot): RemoteServer | undefined {
    const source = this.#sources.find(({ id }) => id === sourceId);
    if (source === undefined || definition.kind !== 'remote') {
      return undefined;
    }
    return this.#remote({ source, definition })?.remote;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#changed.dispose();
  }

  #fire(): void {
    this.#revision++;
    this.#current = undefined;
    this.#accessEntries = undefined;
    const wasTelling = this.#isTelling;
    this.#isTelling = true;
    this.#changed.fire();
    this.#isTelling = wasTelling;
  }

  #resolveAnew(): void {
    this.#resolutions.clear();
    const definitions = this.#sources.flatMap(({ configuration }) => configuration.servers);
    const endpoints = definitions.flatMap((one) =>
      one.kind === 'remote' ? [this.#resolutions.of(one).endpoint] : [],
    );
    this.#serverUrls = new Set(endpoints.flatMap((one) => (one.kind === 'url' ? [one.canonicalUrl] : [])));
    this.#fire();
  }

  #entries(): readonly AccessEntry[] {
    this.#accessEntries ??= this.#ports.access?.entries ?? [];
    return this.#accessEntries;
  }

  #source(source: ConfigurationSource): SourceSnapshot {
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
  }

  #server(source: ConfigurationSource, definition: ServerDefinition, namesakes: number): ServerSnapshot {
    const id = JSON.stringify([source.id, definition.name, namesakes]);
    const { variables } = this.#ports.environment;
    const use = this.#uses.get(source.id)?.get(definition.name);
    const approval = this.#approvals.get(source.id)?.get(definition.name);
    const shadowedBy = use?.kind === 'shadowed' ? `${use.by.fileName} (${use.by.label})` : undefined;
    const place = {
      id,
      sourceId: source.id,
      sourceLabel: source.label,
      uri: source.uri,
      definition,
      claudeCode: use && claudeCodeUse(use, approval),
    };
    if (definition.kind !== 'remote') {
      const missing = definition.kind === 'stdio' ? missingVariables(definition, variables) : [];
      return {
        ...place,
        state: serverState({ definition, shadowedBy, missing }),
        hasSavedToken: false,
        accounts: [],
      };
    }
    const { endpoint, remote } = this.#remote({ source, definition });
    const session = remote?.facts.session;
    return {
      ...place,
      endpoint,
      state: serverState({ definition, shadowedBy, endpoint, remote: remote?.facts }),
      session: session && summarizeSession(session),
      credentials: remote?.facts.chain,
      hasSavedToken: remote?.facts.token !== undefined,
      ...serverUsers({ source, definition }, endpoint, { ...this.#ports, entries: this.#entries() }),
      accounts: session ? this.#accounts(id, session) : [],
    };
  }

  #remote(entry: ServerEntry): { readonly endpoint: Endpoint; readonly remote?: RemoteServer } {
    const resolved = this.#resolutions.of(entry.definition);
    const { endpoint } = resolved;
    return endpoint.kind === 'url'
      ? { endpoint, remote: describeRemote(entry, { ...resolved, endpoint }, this.#ports) }
      : { endpoint };
  }

  #accounts(serverId: string, used: Session): readonly AccountSnapshot[] {
    const { sessions, refresher, demands, clock } = this.#ports;
    return sessions.accounts(used.serverUrl).map((session, index) => {
      const { serverUrl, account } = session;
      const isRefreshing = refresher.isRefreshing(serverUrl, account.id);
      const summary = summarizeSession(session);
      return {
        id: JSON.stringify([serverId, account.id]),
        accountId: account.id,
        name: summary.accountName ?? ordinalName(index),
        isUsed: account.id === used.account.id,
        state: isRefreshing
          ? { kind: 'refreshing' }
          : sessionState(session, { demand: demands.of(session), now: clock.now() }),
        session: summary,
      };
    });
  }
}
