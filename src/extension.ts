import { commands, type ExtensionContext, env, window } from 'vscode';
import { systemClock } from './core/clock.ts';
import { TokenStore } from './core/credential/tokenStore.ts';
import type { Inventory } from './core/inventory.ts';
import { Log } from './core/log.ts';
import type { Browser } from './core/oauth/authentication.ts';
import type { Fetch } from './core/oauth/oauthFetch.ts';
import { Redactor } from './core/redaction.ts';
import { AccountChoices } from './core/session/accountChoices.ts';
import { SessionRefresher } from './core/session/refresh.ts';
import { RegistrationStore } from './core/session/registrationStore.ts';
import { ScopeDemands } from './core/session/scopeDemands.ts';
import { SessionStore } from './core/session/sessionStore.ts';
import type { SharedSecrets } from './core/windows/sharedSecrets.ts';
import { createGateway } from './node/gateway/createGateway.ts';
import { offerInAgentMode } from './vscode/agentMode.ts';
import { externalBrowser } from './vscode/browser.ts';
import { registerCommands } from './vscode/commands.ts';
import { ConfigurationFiles } from './vscode/configurationFiles.ts';
import { ContextKeys } from './vscode/contextKeys.ts';
import { createInventory } from './vscode/createInventory.ts';
import { meetWindows } from './vscode/meetWindows.ts';
import { createUriHandler, publishedRedirectUri } from './vscode/redirectUri.ts';
import { refreshInBackground } from './vscode/refreshInBackground.ts';
import { probeServers } from './vscode/serverProbes.ts';
import { ServersView } from './vscode/serversView.ts';
import { createSignInParts } from './vscode/signInParts.ts';
import type { ClaudePlaces } from './vscode/sources/claudePlaces.ts';
import { StatusBar } from './vscode/statusBar.ts';
import { StatusDocuments } from './vscode/statusDocuments.ts';
import { createStepUpQuestions } from './vscode/stepUpPrompt.ts';
import { showUnattendedAuthentications } from './vscode/unattendedAuthentications.ts';
import { WaitingViews } from './vscode/waitingViews.ts';

/** What stands in for the outside world where there is no person, as in tests. */
export interface Surroundings {
  readonly browser: Browser;
  /** By default where Claude Code has its files. */
  readonly claude?: ClaudePlaces | undefined;
}

/** The parts that others may look at: read-only facts for tests and, later, for the extension's API. */
export interface Parts {
  readonly inventory: Inventory;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly secrets: SharedSecrets;
}

/** Called by VS Code, once per window. */
export async function activate(context: ExtensionContext): Promise<void> {
  await compose(context, { browser: externalBrowser });
}

/** Puts the product together. Everything made here ends with the context's subscriptions. */
export async function compose(context: ExtensionContext, { browser, claude }: Surroundings): Promise<Parts> {
  const channel = window.createOutputChannel('MCP Auth', { log: true });
  const redactor = new Redactor();
  const log = new Log((level, line) => channel[level](line), redactor);
  const clock = systemClock;
  // Read at each call: VS Code replaces the global one when proxy settings change.
  const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
  const network = { fetch, clock, log };
  const { extension } = context;

  const choices = new AccountChoices(context.workspaceState);
  const { windows, secrets, locks } = meetWindows(context, {
    clock,
    log,
    redactor,
    deliver: async (query) => responses.accept(query),
  });
  const sessions = new SessionStore({ secrets, log, redactor, choices });
  const tokens = new TokenStore({ secrets, log, redactor });
  const registrations = new RegistrationStore(secrets, log);
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
  const parts = { sessions, authenticator, refresher, demands, locks };
  const { inventory, probes, environment, helpers, verdicts } = createInventory(context, {
    ...network,
    ...parts,
    tokens,
    redactor,
    claude,
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
    channel,
    publishedRedirectUri: publishedRedirectUri(extension.id),
  };
  const gateway = createGateway({ log, redactor });
  const stepUps = createStepUpQuestions(commandPorts);
  const access = { noteUse: () => undefined };

  context.subscriptions.push(
    channel,
    windows,
    secrets,
    choices,
    sessions,
    tokens,
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
    files,
    waitingViews,
    statusDocuments,
    window.registerUriHandler(createUriHandler(responses.deliver, log)),
    registerCommands(commandPorts),
    showUnattendedAuthentications(commandPorts),
    new ServersView(inventory, clock),
    new StatusBar(inventory, clock),
    new ContextKeys(inventory),
    stepUps,
    gateway,
  );
  log.info('MCP Auth started', {
    version: String(extension.packageJSON.version),
    remote: env.remoteName,
  });
  await Promise.all([files.reload(), sessions.reload(), tokens.reload()]);
  // Until now an empty view says nothing: none could also be none yet.
  void commands.executeCommand('setContext', 'mcpAuth.hasLooked', true);
  // Not before: VS Code waits for the first answer only, when a person has asked an agent for something.
  context.subscriptions.push(offerInAgentMode({ ...commandPorts, gateway, stepUps, access }));
  void resumption.resume();
  return { inventory, sessions, tokens, secrets };
}
