import { window } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { isCancelled } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/inventory.ts';
import type { AuthenticationTarget, RunningAuthentication } from '../core/session/authenticator.ts';
import { stepTexts } from '../core/session/stateText.ts';
import type { CommandPorts } from './commands.ts';
import { toOAuthTarget, usesOAuth } from './oauthTarget.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { withCancellableProgress } from './withProgress.ts';

/** How long the status bar says that an authentication was cancelled, in milliseconds. */
const cancelledTime = 8_000;

/** "Authenticate": on a row, or on a server chosen from a list. */
export async function authenticateCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickOAuthServer(argument, ports);
  if (server) {
    await authenticateServer(server, ports, {});
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
  if (!server) {
    return;
  }
  const running =
    server.endpoint?.kind === 'url' ? ports.authenticator.running(server.endpoint.canonicalUrl) : undefined;
  running?.cancel();
  await running?.result.catch(() => undefined);
  await authenticateServer(server, ports, { redirectKind: 'loopback' });
}

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
  options: Pick<AuthenticationTarget, 'additionalScope' | 'askForSecret' | 'redirectKind'>,
): Promise<void> {
  const { name } = server.definition;
  try {
    const target = toOAuthTarget(server);
    const existing = ports.authenticator.running(target.canonicalUrl);
    if (existing) {
      // The progress of the first click is still there; a second click means that the page got lost.
      await existing.reopenBrowser();
      return;
    }
    const running = ports.authenticator.start({ ...target, ...options });
    await withCancellableProgress(`Authenticating at ${JSON.stringify(name)}`, (report, signal) =>
      follow(running, report, signal),
    );
    void window.showInformationMessage(`Authenticated at ${JSON.stringify(name)}.`);
  } catch (error) {
    if (isCancelled(error)) {
      window.setStatusBarMessage(
        `The authentication at ${JSON.stringify(name)} was cancelled.`,
        cancelledTime,
      );
      return;
    }
    const again = () => authenticateServer(server, ports, options);
    const { oauth } = server.definition.kind === 'remote' ? server.definition : {};
    showError(
      error,
      {
        subject: name,
        authenticate: again,
        retry: again,
        enterClient:
          oauth?.clientId === undefined
            ? again
            : () => authenticateServer(server, ports, { ...options, askForSecret: true }),
        openDefinition: () => openDefinition(server.sourceId, server.definition.range),
      },
      ports.log,
    );
  }
}

async function follow(
  running: RunningAuthentication,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const cancel = () => running.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  report(stepTexts[running.step].sentence);
  const steps: Disposable = running.onDidChangeStep((step) => report(stepTexts[step].sentence));
  try {
    await running.result;
  } finally {
    steps.dispose();
    signal.removeEventListener('abort', cancel);
  }
}
