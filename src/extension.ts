import { type ExtensionContext, env, window } from 'vscode';
import { systemClock } from './core/clock.ts';
import { Inventory } from './core/inventory.ts';
import { Log } from './core/log.ts';
import type { Browser } from './core/oauth/authentication.ts';
import type { Fetch } from './core/oauth/oauthFetch.ts';
import { PendingAuthorizations } from './core/oauth/pendingAuthorizations.ts';
import { createWorkloadIdentities } from './core/oauth/workloadIdentity.ts';
import { Redactor } from './core/redaction.ts';
import { AccountChoices } from './core/session/accountChoices.ts';
import { Authenticator } from './core/session/authenticator.ts';
import { SessionRefresher } from './core/session/refresh.ts';
import { RegistrationStore } from './core/session/registrationStore.ts';
import { ScopeDemands } from './core/session/scopeDemands.ts';
import { SessionStore } from './core/session/sessionStore.ts';
import { UserIdentityProvider } from './core/session/userIdentityProvider.ts';
import { WindowLocks } from './core/session/windowLocks.ts';
import { createPasteRedirect } from './node/pasteRedirect.ts';
import { readTokenFile } from './node/readTokenFile.ts';
import { externalBrowser } from './vscode/browser.ts';
import { configuredClientMetadataUrl } from './vscode/clientMetadataUrl.ts';
import { registerCommands } from './vscode/commands.ts';
import { ConfigurationFiles } from './vscode/configurationFiles.ts';
import { ContextKeys } from './vscode/contextKeys.ts';
import { configuredIdentityProvider, configuredWorkloadIdentities } from './vscode/identitySettings.ts';
import { createLoopbackRedirect } from './vscode/loopbackRedirect.ts';
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

  const choices = new AccountChoices(context.workspaceState);
  const sessions = new SessionStore({ secrets: context.secrets, log, redactor, choices });
  const registrations = new RegistrationStore(context.secrets, log);
  const demands = new ScopeDemands();
  const locks = new WindowLocks();
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
  const { secrets } = context;
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

  context.subscriptions.push(
    channel,
    choices,
    sessions,
    authenticator,
    demands,
    inventory,
    files,
    waitingViews,
    window.registerUriHandler(createUriHandler(pending, log)),
    registerCommands({
      ...network,
      ...parts,
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
  return { inventory, sessions };
}
