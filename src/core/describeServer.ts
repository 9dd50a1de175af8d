import type { ConfigurationSource } from './config/configurationSource.ts';
import { type Endpoint, resolveEndpoint } from './config/endpoint.ts';
import { type ResolvedHeaders, resolveHeaders } from './config/resolveHeaders.ts';
import type { RemoteServerDefinition, ServerDefinition } from './config/serverDefinition.ts';
import type { AppliedCredential } from './connection/appliedCredential.ts';
import { applyCredential } from './credential/applyCredential.ts';
import { credentialChain } from './credential/credentialChain.ts';
import type { HelperCall } from './credential/helperCall.ts';
import { isOwnHelper } from './credential/ownHelper.ts';
import type { InventoryPorts } from './inventoryPorts.ts';
import { type Attempt, isUsable, type RemoteFacts } from './session/serverState.ts';
import type { Session } from './session/session.ts';

/** A server of a configuration, with its place. */
export interface ServerEntry {
  readonly source: ConfigurationSource;
  readonly definition: RemoteServerDefinition;
}

/** What a definition comes to in the environment of this window. It holds secrets. */
export interface ResolvedServer {
  readonly endpoint: Endpoint;
  readonly headers: ResolvedHeaders;
}

/** A server that can be contacted: what its state follows from, and what it is contacted with. Holds secrets. */
export interface RemoteServer {
  readonly facts: RemoteFacts;
  readonly credential: AppliedCredential;
  /** The same, with the access token where that is of a session: what the server judges. */
  readonly judged: AppliedCredential;
  readonly helperCall?: HelperCall | undefined;
}

/** Remembers what definitions come to, until the environment changes: there may be a thousand of them. */
export class Resolutions {
  #known = new WeakMap<ServerDefinition, ResolvedServer>();
  readonly #ports: Pick<InventoryPorts, 'environment'>;

  constructor(ports: Pick<InventoryPorts, 'environment'>) {
    this.#ports = ports;
  }

  of(definition: RemoteServerDefinition): ResolvedServer {
    const known = this.#known.get(definition);
    if (known) {
      return known;
    }
    const { variables } = this.#ports.environment;
    const resolved = {
      endpoint: resolveEndpoint(definition, variables),
      headers: resolveHeaders(definition, variables),
    };
    this.#known.set(definition, resolved);
    return resolved;
  }

  clear(): void {
    this.#known = new WeakMap();
  }
}

/** Gathers what is known of a server right now. */
export function describeRemote(
  { source, definition }: ServerEntry,
  { endpoint, headers }: ResolvedServer & { readonly endpoint: Endpoint & { readonly kind: 'url' } },
  ports: InventoryPorts,
): RemoteServer {
  const { sessions, demands, tokens, helpers, probes, verdicts, clock } = ports;
  const { canonicalUrl, url } = endpoint;
  const now = clock.now();
  const session = sessions.get(canonicalUrl);
  const helperCall = toHelperCall({ source, definition }, url, ports);
  const helper = helperCall && helpers.outcome(helperCall);
  const token = tokens.get(canonicalUrl);
  const attempt = attemptAt(canonicalUrl, ports);
  const probe = isOpen(attempt) ? { kind: 'open' as const } : probes.outcome(canonicalUrl);
  const chain = credentialChain({
    definition,
    fileName: source.fileName,
    headers,
    helper,
    isOwnHelper: hasOwnHelper(definition, ports),
    session: session === undefined ? 'absent' : isGood(session, ports) ? 'usable' : 'expired',
    hasSavedToken: token !== undefined,
    probe,
  });
  const credential = applyCredential(chain, { headers, helper, token });
  const facts = {
    fileName: source.fileName,
    headers,
    chain,
    helper,
    token,
    session,
    attempt,
    demand: session && demands.of(session),
    probe,
    isProbing: probes.isAsking(canonicalUrl),
    isRejected: verdicts.isRejected(canonicalUrl, credential),
    now,
  };
  const judged = session && credential.kind === 'session' ? judgedSession(session) : credential;
  return { facts, credential, judged, helperCall };
}

/** Whether a session can be used, and its access token was not refused. */
function isGood(session: Session, { clock, verdicts }: InventoryPorts): boolean {
  return isUsable(session, clock.now()) && !verdicts.isRejected(session.serverUrl, judgedSession(session));
}

function judgedSession({ tokens }: Session): AppliedCredential {
  return { kind: 'session', headers: { Authorization: tokens.accessToken } };
}

/** Whether Claude Code gets the headers of a definition from MCP Auth. */
export function hasOwnHelper(
  { headersHelper }: RemoteServerDefinition,
  { shimPath }: Pick<InventoryPorts, 'shimPath'>,
): boolean {
  return headersHelper !== undefined && isOwnHelper(headersHelper, shimPath?.());
}

/** None for our own: it would ask us. */
function toHelperCall(
  { source, definition }: ServerEntry,
  url: URL,
  ports: InventoryPorts,
): HelperCall | undefined {
  const { headersHelper: command, name } = definition;
  if (command === undefined || hasOwnHelper(definition, ports)) {
    return undefined;
  }
  return {
    command,
    serverName: name,
    serverUrl: url.href,
    file: source.uri,
    workingDirectory: ports.helperDirectory(source),
    isShared: source.kind === 'project',
  };
}

function attemptAt(url: string, { authenticator, refresher }: InventoryPorts): Attempt | undefined {
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

/** Whoever wanted to sign in has found out that there is no need to. */
function isOpen(attempt: Attempt | undefined): boolean {
  return attempt?.kind === 'failed' && attempt.error.code === 'no_authentication_needed';
}
