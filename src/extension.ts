import { commands, type ExtensionContext, env, window } from 'vscode';
import type { McpAuthApi } from '../api/mcp-auth.d.ts';
import { systemClock } from './core/clock.ts';
import type { Inventory } from './core/inventory.ts';
import { Log } from './core/log.ts';
import type { Browser } from './core/oauth/authentication.ts';
import type { Fetch } from './core/oauth/oauthFetch.ts';
import { Redactor } from './core/redaction.ts';
import { SessionRefresher } from './core/session/refresh.ts';
import { ScopeDemands } from './core/session/scopeDemands.ts';
import { externalBrowser } from './vscode/browser.ts';
import { type ClientPorts, codexConfigPath } from './vscode/clients/clientPorts.ts';
import { registerCommands } from './vscode/commands.ts';
import { ConfigurationFiles } from './vscode/configurationFiles.ts';
import { ContextKeys } from './vscode/contextKeys.ts';
import { createInventory } from './vscode/createInventory.ts';
import { type HandOver, handOver } from './vscode/handOver.ts';
import { headlessSetting } from './vscode/headlessSetting.ts';
import { openStorage, type Storage } from './vscode/openStorage.ts';
import { createUriHandler, publishedRedirectUri } from './vscode/redirectUri.ts';
import { refreshInBackground } from './vscode/refreshInBackground.ts';
import { probeServers } from './vscode/serverProbes.ts';
import { ServersView } from './vscode/serversView.ts';
import { createSignInParts } from './vscode/signInParts.ts';
import { type ClaudePlaces, claudePlaces } from './vscode/sources/claudePlaces.ts';
import { StatusBar } from './vscode/statusBar.ts';
import { StatusDocuments } from './vscode/statusDocuments.ts';
import { terminalCommandPath } from './vscode/terminalCommand.ts';
import { showUnattendedAuthentications } from './vscode/unattendedAuthentications.ts';
import { WaitingViews } from './vscode/waitingViews.ts';

/** What stands in for the outside world where there is no person, as in tests. */
export interface Surroundings {
  readonly browser: Browser;
  /** By default where Claude Code has its files. */
  readonly claude?: ClaudePlaces | undefined;
  /** What differs in how other programs are told of MCP Auth. */
  readonly clients?: Partial<Pick<ClientPorts, 'codexConfig' | 'headless' | 'shimPath'>> | undefined;
}

/** The parts that tests look at. */
export interface Parts
  extends Pick<Storage, 'access' | 'secrets' | 'sessions' | 'tokens'>,
    Pick<HandOver, 'api' | 'terminalCommand'> {
  readonly inventory: Inventory;
}

/** Called by VS Code, once per window. @returns what other extensions get */
export async function activate(context: ExtensionContext): Promise<McpAuthApi> {
  return (await compose(context, { browser: externalBrowser })).api;
}

/** Puts the product together. Everything made here ends with the context's subscriptions. */
export async function compose(
  context: ExtensionContext,
  { browser, claude = claudePlaces(), clients: otherwise = {} }: Surroundings,
): Promise<Parts> {
  const channel = window.createOutputChannel('MCP Auth', { log: true });
  const redactor = new Redactor();
  const log = new Log((level, line) => channel[level](line), redactor);
  const clock = systemClock;
  // Read at each call: VS Code replaces the global one when proxy settings change.
  const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
  const network = { fetch, clock, log };
  const { extension } = context;

  const storage = openStorage(context, {
    clock,
    log,
    redactor,
    deliver: async (query) => responses.accept(query),
  });
  const { windows, secrets, locks, sessions, tokens, registrations, access } = storage;
  const demands = new ScopeDemands();
  const { authenticator, identityProvider, workloads, responses, resumption } = createSignInParts({
    ...network,
    extensionId: extension.id,
    browser,
    secrets,
    locks,
    windows,
    redactor,
    sessions,
    registrations,
  });
  const refresher = new SessionRefresher({
    ...network,
    identityProvider,
    workloads,
    redactor,
    sessions,
    locks,
    registrations,
  });
  const told = {
    shimPath: () => terminalCommandPath(context),
    headless: headlessSetting,
    codexConfig: codexConfigPath(),
    ...otherwise,
  };
  const parts = { sessions, authenticator, refresher, demands, locks };
  const { inventory, probes, environment, helpers, verdicts, codex } = createInventory(context, {
    ...network,
    ...parts,
    access,
    tokens,
    redactor,
    claude,
    ...told,
  });
  const files = new ConfigurationFiles({
    onDidRead: ({ sources, approvals }) => inventory.setSources(sources, approvals),
    log,
    places: claude,
  });
  const waitingViews = new WaitingViews(clock);
  const statusDocuments = new StatusDocuments(inventory, clock);
  const commandPorts = {
    ...network,
    ...parts,
    access,
    tokens,
    helpers,
    redactor,
    verdicts,
    probes,
    windows,
    extensionVersion: String(extension.packageJSON.version),
    inventory,
    registrations,
    identityProvider,
    files,
    waitingViews,
    statusDocuments,
    clients: { ...told, claudeState: claude.state, reloadCodex: () => codex.reload() },
    channel,
    publishedRedirectUri: publishedRedirectUri(extension.id),
  };
  const handedOver = handOver(context, commandPorts);

  context.subscriptions.push(
    channel,
    storage,
    refreshInBackground({ ...parts, inventory, windows, clock, log }),
    authenticator,
    resumption,
    demands,
    environment,
    helpers,
    verdicts,
    probes,
    probeServers(inventory, probes, clock),
    inventory,
    codex,
    files,
    waitingViews,
    statusDocuments,
    window.registerUriHandler(createUriHandler(responses.deliver, log)),
    registerCommands(commandPorts),
    showUnattendedAuthentications(commandPorts),
    new ServersView(inventory, clock),
    new StatusBar(inventory, clock),
    new ContextKeys(inventory),
    handedOver,
  );
  log.info('MCP Auth started', {
    version: String(extension.packageJSON.version),
    remote: env.remoteName,
  });
  await Promise.all([files, sessions, tokens, access, codex].map((part) => part.reload()));
  // Until now an empty view says nothing: none could also be none yet.
  void commands.executeCommand('setContext', 'mcpAuth.hasLooked', true);
  // Not before: VS Code waits for the first answer only, when a person has asked an agent for something.
  handedOver.offerToAgents();
  void resumption.resume();
  const { api, terminalCommand } = handedOver;
  return { inventory, sessions, tokens, secrets, access, api, terminalCommand };
}
