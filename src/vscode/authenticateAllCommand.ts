import { commands, window } from 'vscode';
import { SignInInterruptedError } from '../core/oauth/signInInterruptedError.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { AccountOutcome } from '../core/session/accountFor.ts';
import { authenticateAll, type SignInResult } from '../core/session/authenticateAll.ts';
import { planSignIns, type SignInPlan } from '../core/session/signInPlan.ts';
import { signInSummary } from '../core/session/signInSummary.ts';
import { assertTrusted } from './assertTrusted.ts';
import { commandIds } from './commandIds.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { follow } from './followAuthentication.ts';
import { runningAt } from './runningAt.ts';
import { startAuthentication } from './startAuthentication.ts';
import { type ReportProgress, withCancellableProgress } from './withProgress.ts';

/** "Authenticate All": at every server that needs it, under one progress, and with one summary (B8). */
export async function authenticateAllCommand(_argument: unknown, ports: CommandPorts): Promise<void> {
  assertTrusted();
  const plan = planSignIns(ports.inventory.servers);
  if (plan.toSignIn.length === 0) {
    void window.showInformationMessage('No server of this workspace needs you to authenticate.');
    return;
  }
  await signInAtAll(plan, ports);
}

async function signInAtAll(plan: SignInPlan<ServerSnapshot>, ports: CommandPorts): Promise<void> {
  const { toSignIn, skipped } = plan;
  const title =
    toSignIn.length === 1 ? 'Authenticating at 1 server' : `Authenticating at ${toSignIn.length} servers`;
  const results = await withCancellableProgress(title, (report, signal) => {
    const signInPorts = {
      signIn: (server: ServerSnapshot, tell: ReportProgress, ending: AbortSignal) =>
        signIn(server, { report: tell, signal: ending }, ports),
      onProgress: ({ number, total, server, message }: Progress) => {
        const name = withoutLinks(JSON.stringify(server.definition.name));
        report(`${number} of ${total} · ${name}: ${message}`);
      },
    };
    return authenticateAll(toSignIn, signInPorts, signal);
  });
  for (const { server, end } of results) {
    if (end.kind === 'failed') {
      ports.log.warn('Shown to the user', { server: server.definition.name, reason: end.error });
    }
  }
  void summarize(results, skipped, ports);
}

type Progress = Parameters<Parameters<typeof authenticateAll<ServerSnapshot>>[1]['onProgress']>[0];

async function signIn(
  server: ServerSnapshot,
  { report, signal }: { readonly report: ReportProgress; readonly signal: AbortSignal },
  ports: CommandPorts,
): Promise<AccountOutcome> {
  const running = startAuthentication(server, {}, ports);
  try {
    await follow({ server, running }, { report, signal }, ports);
  } catch (error) {
    // The person has chosen another way in the notification: that sign-in took the place of this one.
    throw runningAt(server, ports) ? new SignInInterruptedError('finishedElsewhere') : error;
  }
  return (await running.placed).outcome;
}

/** The one thing that is said at the end. Does not wait for the person to read it. */
async function summarize(
  results: readonly SignInResult<ServerSnapshot>[],
  skipped: readonly ServerSnapshot[],
  ports: CommandPorts,
): Promise<void> {
  const message = withoutLinks(signInSummary(results, skipped));
  const failed = results.filter(({ end }) => end.kind === 'failed').map(({ server }) => server);
  if (failed.length === 0) {
    const showStatus = 'Show Status';
    if ((await window.showInformationMessage(message, showStatus)) === showStatus) {
      await commands.executeCommand(commandIds.showStatus);
    }
    return;
  }
  const retry = 'Try Again';
  if ((await window.showWarningMessage(message, retry)) === retry) {
    const latest = failed.flatMap(({ id }) => ports.inventory.find(id) ?? []);
    await signInAtAll({ ...planSignIns(latest), skipped: [] }, ports);
  }
}
