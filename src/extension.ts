import { type ExtensionContext, env, window, workspace } from 'vscode';
import { systemClock } from './core/clock.ts';
import { anyEvent } from './core/event.ts';
import { Inventory } from './core/inventory.ts';
import { Log } from './core/log.ts';
import type { Browser } from './core/oauth/authentication.ts';
import type { Fetch } from './core/oauth/oauthFetch.ts';
import { PendingAuthorizations } from './core/oauth/pendingAuthorizations.ts';
import { createWorkloadIdentities } from './core/oauth/workloadIdentity.ts';
import { Redactor } from './core/redaction.ts';
import { Authenticator } from './core/session/authenticator.ts';
import { BackgroundRefresher } from './core/session/backgroundRefresher.ts';
import { SessionRefresher } from './core/session/refresh.ts';
import { RegistrationStore } from './core/session/registrationStore.ts';
import { ScopeDemands } from './core/session/scopeDemands.ts';
import { SessionStore } from './core/session/sessionStore.ts';
import { UserIdentityProvider } from './core/session/userIdentityProvider.ts';
import { SharedSecrets } from './core/windows/sharedSecrets.ts';
import { isOnline } from './node/network.ts';
import { createPasteRedirect } from './node/pasteRedirect.ts';
import { readTokenFile } from './node/readTokenFile.ts';
import { externalBrowser } from './vscode/browser.ts';
import { configuredClientMetadataUrl } from './vscode/clientMetadataUrl.ts';
import { registerCommands } from './vscode/commands.ts';
import { ConfigurationFiles } from './vscode/configurationFiles.ts';
import { ContextKeys } from './vscode/contextKeys.ts';
import { configuredIdentityProvider, configuredWorkloadIdentities } from './vscode/identitySettings.ts';
import { createLoopbackRedirect } from './vscode/loopbackRedirect.ts';
import { meetWindows } from './vscode/meetWindows.ts';
import { personPrompt } from './vscode/personPrompt.ts';
import { createUriHandler, createUriHandlerRedirect, publishedRedirectUri } from './vscode/redirectUri.ts';
import { ServersView } from './vscode/serversView.ts';
import { signInWayPrompt } from './vscode/signInWayPrompt.ts';
import { WaitingViews } from './vscode/waitingViews.ts';

/** What stands in for the outside world where there is no person, as in tests. */
export interface Surroundings {
  readonly browser: Browser;
}

/** The parts that others may look at: read-only facts for tests and, later, for the extension's API. */
export interface Parts {
  readonly inventory: Inventory;
  readonly sessions: SessionStore;
  readonly secrets: SharedSecrets;
}

/** Called by VS Code, once per window. */
export async function activate(context: ExtensionContext): Promise<void> {
  await compose(context, { browser: externalBrowser });
}

/** Puts the product together. Everything made here ends with the context's subscriptions. */
export async function compose(context: ExtensionContext, { browser }: Surroundings): Promise<Parts> {
  const channel = window.createOutputChannel('MCP Auth', { log: true });
  const redactor = new Redactor();
  const log = new Log((level, line) => channel[level](line), redactor);
  const clock = systemClock;
  // Read at each call: VS Code replaces the global one when proxy settings change.
  const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
  const network = { fetch, clock, log };

  const secrets = new SharedSecrets({ own: context.secrets, clock, log });
  const { group, locks } = meetWindows(context.globalStorageUri, log);
  secrets.join(group);
  const sessions = new SessionStore({ secrets, log, redactor });
  const registrations = new RegistrationStore(secrets, log);
  const demands = new ScopeDemands();
  const pending = new PendingAuthorizations(log);
  const redirects = {
    uriHandler: createUriHandlerRedirect(context.extension.id),
    loopback: createLoopbackRedirect(pending, log),
    paste: createPasteRedirect(pending, log),
  };
  const signIn = {
    ...network,
    browser,
    redirects,
    pending,
    prompt: { ...personPrompt, ...signInWayPrompt },
    registrations,
    locks,
    redactor,
    clientMetadataUrl: configuredClientMetadataUrl,
  };
  const identityProvider = new UserIdentityProvider({
    ...signIn,
    secrets,
    settings: configuredIdentityProvider,
  });
  const workloads = createWorkloadIdentities({
    setting: configuredWorkloadIdentities,
    readFile: readTokenFile,
    environment: process.env,
    redactor,
  });
  const grants = { identityProvider, workloads };
  const authenticator = new Authenticator({ ...signIn, ...grants }, sessions);
  const refresher = new SessionRefresher({ ...network, ...grants, redactor, sessions, locks, registrations });
  const parts = { sessions, authenticator, refresher, demands, locks };
  const inventory = new Inventory({ ...parts, clock, environment: process.env });
  const files = new ConfigurationFiles((sources) => inventory.setSources(sources), log);

  const waitingViews = new WaitingViews(clock);
  const background = new BackgroundRefresher({
    ...parts,
    clock,
    log,
    isOnline,
    servers: () => (workspace.isTrusted ? inventory.serverUrls : []),
    isHolder: () => group.isHolder,
    onDidChange: anyEvent(inventory.onDidChange, group.onDidChange, workspace.onDidGrantWorkspaceTrust),
    random: Math.random,
  });

  context.subscriptions.push(
    channel,
    group,
    secrets,
    sessions,
    background,
    authenticator,
    demands,
    inventory,
    files,
    waitingViews,
    window.registerUriHandler(createUriHandler(pending, log)),
    registerCommands({
      ...network,
      ...parts,
      group,
      extensionVersion: String(context.extension.packageJSON.version),
      inventory,
      registrations,
      identityProvider,
      files,
      waitingViews,
      channel,
      publishedRedirectUri: publishedRedirectUri(context.extension.id),
    }),
    new ServersView(inventory, clock),
    new ContextKeys(inventory),
  );
  log.info('MCP Auth started', {
    version: String(context.extension.packageJSON.version),
    remote: env.remoteName,
  });
  await Promise.all([files.reload(), sessions.reload()]);
  return { inventory, sessions, secrets };
}
