import { window } from 'vscode';
import { AuthError, isCancelled } from '../core/errors.ts';
import type { PersonsWay } from '../core/oauth/grant.ts';
import { isInterrupted } from '../core/oauth/signInInterruptedError.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { RunningAuthentication } from '../core/session/runningAuthentication.ts';
import { announceSignIn } from './announceSignIn.ts';
import { clearClientRegistrationCommand } from './clearClientRegistrationCommand.ts';
import type { CommandPorts } from './commands.ts';
import { follow, reopen } from './followAuthentication.ts';
import { usesOAuth } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { accountOf, existing } from './pickAccount.ts';
import { pickServer } from './pickServer.ts';
import { rowFlags } from './rowFlags.ts';
import { runningAt } from './runningAt.ts';
import { showError } from './showError.ts';
import { type AuthenticationOptions, startAuthentication } from './startAuthentication.ts';
import { serverNode } from './treeNode.ts';
import { withCancellableProgress } from './withProgress.ts';

/** How long the status bar says that an authentication was cancelled, in milliseconds. */
const cancelledTime = 8_000;

/** "Authenticate": on a row, or on a server chosen from a list. */
export async function authenticateCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    const account = accountOf(argument, ports);
    await authenticateServer(server, ports, account ? { account: existing(account) } : {});
  }
}

/** "Authenticate with Selected Scopes…": the person chooses what to ask for. */
export async function authenticateWithScopesCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await authenticateServer(server, ports, { askForScopes: true });
  }
}

const noneSentences: Readonly<Record<PersonsWay, string>> = {
  browser: 'No server of this workspace signs in with a browser.',
  deviceCode: 'No server of this workspace signs in with a device code.',
};

/** The server to authenticate at: that of a row, or the person's choice among those that leave them a way. */
export async function pickOAuthServer(
  argument: unknown,
  { inventory, clock }: CommandPorts,
  way?: PersonsWay,
): Promise<ServerSnapshot | undefined> {
  const choice = {
    placeholder: 'Authenticate at which server?',
    accepts: (server: ServerSnapshot) =>
      usesOAuth(server) && (way === undefined || rowFlags(server).includes(way)),
    noneSentence: way === undefined ? 'No server of this workspace uses OAuth.' : noneSentences[way],
  };
  return await pickServer(argument, choice, inventory, clock.now());
}

/** Authenticates at a server, and tells how that went. Never throws. @returns whether there is a new session */
export async function authenticateServer(
  server: ServerSnapshot,
  ports: CommandPorts,
  options: AuthenticationOptions,
): Promise<boolean> {
  let running: RunningAuthentication;
  try {
    const first = runningAt(server, ports);
    if (first) {
      // The progress of the first click is still there; a second click means that the page got lost.
      await reopen(server, first, ports);
      return false;
    }
    running = startAuthentication(server, options, ports);
  } catch (error) {
    showFailure(error, server, { ports, options });
    return false;
  }
  return await followToEnd({ server, running }, ports, options);
}

/**
 * Shows how an authentication goes, and tells how it went. Never throws.
 *
 * @param options what to begin another one with, where the person wants that
 * @returns whether there is a new session
 */
export async function followToEnd(
  { server, running }: { readonly server: ServerSnapshot; readonly running: RunningAuthentication },
  ports: CommandPorts,
  options: AuthenticationOptions,
): Promise<boolean> {
  const name = JSON.stringify(server.definition.name);
  try {
    await withCancellableProgress(`Authenticating at ${name}`, (report, signal) =>
      follow({ server, running }, { report, signal }, ports),
    );
    await announceSignIn(server, await running.placed, ports);
    return true;
  } catch (error) {
    showFailure(error, server, { ports, options });
    return false;
  }
}

function showFailure(
  error: unknown,
  server: ServerSnapshot,
  { ports, options }: { readonly ports: CommandPorts; readonly options: AuthenticationOptions },
): void {
  const { name } = server.definition;
  if (isCancelled(error)) {
    // Where another has taken its place, here or elsewhere, the person goes on, and has cancelled nothing.
    if (!isInterrupted(error) && !runningAt(server, ports)) {
      const sentence = `The authentication at ${JSON.stringify(name)} was cancelled.`;
      window.setStatusBarMessage(sentence, cancelledTime);
    }
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
      openDefinition: () => openDefinition(server.uri, server.definition.range),
    },
    ports.log,
  );
}
