import { window, workspace } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { AuthError, isCancelled } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/inventory.ts';
import type { AuthenticationTarget, RunningAuthentication } from '../core/session/authenticator.ts';
import { stepUpScope } from '../core/session/session.ts';
import { stepTexts } from '../core/session/stateText.ts';
import { clearClientRegistrationCommand } from './clearClientRegistrationCommand.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget, usesOAuth } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { serverNode } from './treeNode.ts';
import { waitingText } from './waitingText.ts';
import { type ReportProgress, withCancellableProgress } from './withProgress.ts';

/** How long the status bar says that an authentication was cancelled, in milliseconds. */
const cancelledTime = 8_000;

/** "Authenticate": on a row, or on a server chosen from a list. */
export async function authenticateCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await authenticateServer(server, ports, {});
  }
}

/** "Authenticate with Selected Scopes…": the person chooses what to ask for. */
export async function authenticateWithScopesCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await authenticateServer(server, ports, { askForScopes: true });
  }
}

/**
 * "Authenticate through localhost": for authorization servers whose page refuses the editor's own address, in
 * which case the browser never comes back. Takes the place of a sign-in that is under way.
 */
export async function authenticateThroughLocalhostCommand(
  argument: unknown,
  ports: CommandPorts,
): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await startAnew(server, ports, { redirectKind: 'loopback' });
  }
}

/**
 * "Authenticate (No Browser)": for machines without a browser, and for browsers elsewhere. Shows the address to
 * open, and takes what the browser ended at; or shows a code to enter, where the authorization server offers that.
 */
export async function authenticateNoBrowserCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await startAnew(server, ports, { redirectKind: 'paste' });
  }
}

/** "Authenticate with a Device Code": shows a code to enter on another device; again, if it is shown already. */
export async function authenticateDeviceCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (!server) {
    return;
  }
  const running = runningAt(server, ports);
  if (running?.waiting?.kind === 'device') {
    await ports.waitingViews.show(server, running);
    return;
  }
  await startAnew(server, ports, { grant: 'deviceCode' });
}

async function startAnew(
  server: ServerSnapshot,
  ports: CommandPorts,
  options: AuthenticationOptions,
): Promise<void> {
  const running = runningAt(server, ports);
  running?.cancel();
  await running?.result.catch(() => undefined);
  await authenticateServer(server, ports, options);
}

function runningAt(
  { endpoint }: ServerSnapshot,
  { authenticator }: CommandPorts,
): RunningAuthentication | undefined {
  return endpoint?.kind === 'url' ? authenticator.running(endpoint.canonicalUrl) : undefined;
}

type AuthenticationOptions = Pick<
  AuthenticationTarget,
  'askForScopes' | 'askForSecret' | 'grant' | 'redirectKind'
>;

async function pickOAuthServer(
  argument: unknown,
  { inventory, clock }: CommandPorts,
): Promise<ServerSnapshot | undefined> {
  const choice = {
    placeholder: 'Authenticate at which server?',
    accepts: usesOAuth,
    noneSentence: 'No server of this workspace uses OAuth.',
  };
  return await pickServer(argument, choice, inventory, clock.now());
}

/** Authenticates at a server, and tells how that went. Never throws. */
export async function authenticateServer(
  server: ServerSnapshot,
  ports: CommandPorts,
  options: AuthenticationOptions,
): Promise<void> {
  const { name } = server.definition;
  try {
    const target = toOAuthTarget(server);
    const existing = ports.authenticator.running(target.canonicalUrl);
    if (existing) {
      // The progress of the first click is still there; a second click means that the page got lost.
      await reopen(server, existing, ports);
      return;
    }
    const additionalScope = demandedScope(target.canonicalUrl, ports);
    const askForScopes = options.askForScopes ?? isAskingForScopes();
    const running = ports.authenticator.start({ ...target, ...options, additionalScope, askForScopes });
    await withCancellableProgress(`Authenticating at ${JSON.stringify(name)}`, (report, signal) =>
      follow({ server, running }, { report, signal }, ports),
    );
    void window.showInformationMessage(withoutLinks(`Authenticated at ${JSON.stringify(name)}.`));
  } catch (error) {
    if (isCancelled(error)) {
      window.setStatusBarMessage(
        `The authentication at ${JSON.stringify(name)} was cancelled.`,
        cancelledTime,
      );
      return;
    }
    const again = () => authenticateServer(server, ports, options);
    const isUnavailable = error instanceof AuthError && error.code === 'device_unavailable';
    // A client that was rejected, unlike one that was never entered, is not to be taken from memory.
    const askForSecret = error instanceof AuthError && error.code === 'client_rejected';
    showError(
      error,
      {
        subject: name,
        authenticate: isUnavailable ? () => authenticateServer(server, ports, {}) : again,
        retry: again,
        enterClient: () => authenticateServer(server, ports, { ...options, askForSecret }),
        clearRegistration: () => clearClientRegistrationCommand(serverNode(server), ports),
        openDefinition: () => openDefinition(server.sourceId, server.definition.range),
      },
      ports.log,
    );
  }
}

/** What a session asked for and what its server then wanted, where it does: signing in again asks for both. */
function demandedScope(canonicalUrl: string, { sessions, demands }: CommandPorts): string | undefined {
  const session = sessions.get(canonicalUrl);
  const demand = session && demands.of(session);
  return demand && stepUpScope(session, demand.scope);
}

function isAskingForScopes(): boolean {
  return workspace.getConfiguration('mcpAuth').get('askForScopes') === true;
}

/** What got lost is shown once more: the page in the browser, the box to paste into, or the code. */
async function reopen(
  server: ServerSnapshot,
  running: RunningAuthentication,
  { waitingViews }: CommandPorts,
): Promise<void> {
  const { waiting } = running;
  const isInBrowser = waiting?.kind === 'response' && waiting.redirectKind !== 'paste';
  await (isInBrowser ? running.reopenBrowser() : waitingViews.show(server, running));
}

async function follow(
  { server, running }: { readonly server: ServerSnapshot; readonly running: RunningAuthentication },
  { report, signal }: { readonly report: ReportProgress; readonly signal: AbortSignal },
  { waitingViews }: CommandPorts,
): Promise<void> {
  const cancel = () => running.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const sentence = () => stepTexts[running.step].sentence;
  report(sentence());
  const subscriptions: readonly Disposable[] = [
    running.onDidChangeStep(() => report(sentence())),
    running.onDidWait((waiting) => {
      report(`${sentence()} ${waitingText(waiting, serverNode(server))}`);
      void waitingViews.show(server, running);
    }),
  ];
  try {
    await running.result;
  } finally {
    for (const subscription of subscriptions) {
      subscription.dispose();
    }
    signal.removeEventListener('abort', cancel);
  }
}
