import { window } from 'vscode';
import { boundedParallel } from '../core/boundedParallel.ts';
import { AuthError, isCancelled } from '../core/errors.ts';
import { shownAccountName } from '../core/session/accountName.ts';
import type { RevocationOutcome } from '../core/session/revokeSession.ts';
import { refOf, type Session } from '../core/session/session.ts';
import { signOut } from '../core/session/signOut.ts';
import { signOutSummary } from '../core/session/signOutSummary.ts';
import { assertTrusted } from './assertTrusted.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { showError } from './showError.ts';
import { withCancellableProgress } from './withProgress.ts';

/** How many authorization servers are asked to revoke tokens at a time. */
const limit = 4;

/** How many sessions the question lists. */
const listed = 15;

/** "Sign Out All": asks, then revokes and forgets every session, also those of other workspaces (B10). */
export async function signOutAllCommand(_argument: unknown, ports: CommandPorts): Promise<void> {
  assertTrusted();
  const sessions = ports.sessions.all;
  if (sessions.length === 0) {
    void window.showInformationMessage('You are not authenticated at any server.');
    return;
  }
  const confirm = 'Sign Out';
  const question = `Sign out of ${sessions.length === 1 ? 'the only session' : `all ${sessions.length} sessions`}?`;
  const names = sessions.map((session) => `• ${describe(session, ports)}`);
  const more = names.length > listed ? [`• ${names.length - listed} more`] : [];
  const rest =
    'Their tokens are revoked where the authorization server offers that, and deleted here. Tokens that you have entered yourself stay, and so do client registrations.';
  const detail = [...names.slice(0, listed), ...more, '', rest].join('\n');
  if ((await window.showWarningMessage(question, { modal: true, detail }, confirm)) === confirm) {
    await signOutOf(sessions, ports);
  }
}

async function signOutOf(sessions: readonly Session[], ports: CommandPorts): Promise<void> {
  const ends = await withCancellableProgress('Signing out', (report, signal) => {
    let ended = 0;
    return boundedParallel(sessions, limit, async (session) => {
      const end = await signOut(refOf(session), ports, signal).catch((error: unknown) => endOf(error));
      ended += 1;
      report(`${ended} of ${sessions.length}`);
      return end;
    });
  });
  const failed = sessions.filter((_session, index) => ends[index] instanceof AuthError);
  const error = ends.find((end) => end instanceof AuthError);
  const outcomes = ends.filter((end): end is RevocationOutcome | 'cancelled' => typeof end === 'string');
  const summary = signOutSummary(outcomes);
  if (error && failed.length > 0) {
    const subject = failed.map((session) => describe(session, ports)).join(', ');
    showError(error, { subject, retry: () => signOutOf(failed, ports) }, ports.log);
  }
  if (summary !== '') {
    void window.showInformationMessage(withoutLinks(summary));
  }
}

/** @throws what nobody expects, for the log */
function endOf(error: unknown): AuthError | 'cancelled' {
  if (isCancelled(error)) {
    return 'cancelled';
  }
  if (error instanceof AuthError) {
    return error;
  }
  throw error;
}

/** The name that this workspace has for the server, else its host: the rest of a URL may hold a secret. */
function describe({ serverUrl, account }: Session, { inventory }: CommandPorts): string {
  const server = inventory.servers.find(
    ({ endpoint }) => endpoint?.kind === 'url' && endpoint.canonicalUrl === serverUrl,
  );
  const who = account.name === undefined ? '' : ` as ${shownAccountName(account.name)}`;
  return `${server ? JSON.stringify(server.definition.name) : new URL(serverUrl).host}${who}`;
}
