import { commands, type ExtensionContext, env, window } from 'vscode';
import type { McpAuthApi } from '../api/mcp-auth.d.ts';
import { systemClock } from './core/clock.ts';
import type { Inventory } from './core/inventory.ts';
import { Log } from './core/log.ts';
import type { Browser } from './core/oauth/authentication.ts';
import type { Fetch } from './core/oauth/oauthFetch.ts';
import { Redactor } from './core/redaction.ts';
import { externalBrowser } from './vscode/browser.ts';
import { type ClientPorts, codexConfigPath } from './vscode/clients/clientPorts.ts';
import type { CommandPorts } from './vscode/commands.ts';
import { ConfigurationFiles } from './vscode/configurationFiles.ts';
import { createCore } from './vscode/createCore.ts';
import { type HandOver, handOver } from './vscode/handOver.ts';
import { headlessSetting } from './vscode/headlessSetting.ts';
import type { Storage } from './vscode/openStorage.ts';
import { openViews } from './vscode/openViews.ts';
import { createUriHandler, publishedRedirectUri } from './vscode/redirectUri.ts';
import { refreshInBackground } from './vscode/refreshInBackground.ts';
import { probeServers } from './vscode/serverProbes.ts';
import { type ClaudePlaces, claudePlaces } from './vscode/sources/claudePlaces.ts';
import { StatusDocuments } from './vscode/statusDocuments.ts';
import { terminalCommandPath } from './vscode/terminalCommand.ts';
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
  const version = String(context.extension.packageJSON.version);
  const told = {
    shimPath: () => terminalCommandPath(context),
    headless: headlessSetting,
    codexConfig: codexConfigPath(),
    ...otherwise,
  };
  const { dispose, ...core } = createCore(context, { ...network, redactor, browser, claude, ...told });
  const { inventory, sessions, tokens, secrets, access, codex, probes, responses, resumption } = core;
  const files = new ConfigurationFiles({
    onDidRead: ({ sources, approvals }) => inventory.setSources(sources, approvals),
    log,
    places: claude,
  });
  const waitingViews = new WaitingViews(clock);
  const statusDocuments = new StatusDocuments(inventory, clock);
  const ports: CommandPorts = {
    ...network,
    ...core,
    redactor,
    files,
    waitingViews,
    statusDocuments,
    channel,
    clients: { ...told, claudeState: claude.state, reloadCodex: () => codex.reload() },
    extensionVersion: version,
    publishedRedirectUri: publishedRedirectUri(context.extension.id),
  };
  const handedOver = handOver(context, ports);

  context.subscriptions.push(
    channel,
    // What works by itself ends before what it works with.
    refreshInBackground({ ...network, ...core }),
    probeServers(inventory, probes, clock),
    { dispose },
    files,
    waitingViews,
    statusDocuments,
    window.registerUriHandler(createUriHandler(responses.deliver, log)),
    openViews(ports),
    handedOver,
  );
  log.info('MCP Auth started', { version, remote: env.remoteName });
  await Promise.all([files, sessions, tokens, access, codex].map((part) => part.reload()));
  // Until now an empty view says nothing: none could also be none yet.
  void commands.executeCommand('setContext', 'mcpAuth.hasLooked', true);
  // Not before: VS Code waits for the first answer only, when a person has asked an agent for something.
  handedOver.offerToAgents();
  void resumption.resume();
  const { api, terminalCommand } = handedOver;
  return { inventory, sessions, tokens, secrets, access, api, terminalCommand };
}
