import type { AppliedCredential } from '../core/connection/appliedCredential.ts';
import { type ConnectionReport, diagnose } from '../core/connection/diagnose.ts';
import { contactCredential } from '../core/credential/contactCredential.ts';
import { AuthError, type AuthErrorCode } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import type { CommandPorts } from './commands.ts';
import { configuredProxy } from './configuredProxy.ts';
import { toRemoteTarget } from './oauthTarget.ts';

/** A connection that works, and the credential that it was made with. */
export interface ServerTest {
  readonly report: ConnectionReport;
  readonly credential: AppliedCredential;
}

/**
 * Greets a server with the credential that applies, and remembers what it says to that, for the row to tell.
 *
 * @throws AuthError as `toRemoteTarget`, `contactCredential` and `diagnose` do
 */
export async function testServer(
  server: ServerSnapshot,
  ports: CommandPorts,
  signal: AbortSignal,
): Promise<ServerTest> {
  const target = toRemoteTarget(server);
  const { canonicalUrl } = target;
  const credential = await contactCredential(server, ports, signal);
  const note = (verdict: 'accepted' | 'rejected') => {
    const current = ports.inventory.contactOf(server);
    ports.verdicts.note(canonicalUrl, current?.judged ?? credential, verdict);
  };
  try {
    const report = await diagnose(target, credential, { ...ports, proxy: configuredProxy, signal });
    note('accepted');
    if (credential.kind === 'session') {
      settle(canonicalUrl, credential.accountId, ports);
    }
    return { report, credential };
  } catch (error) {
    if (error instanceof AuthError && rejections.has(error.code)) {
      note('rejected');
    }
    throw error;
  } finally {
    ports.probes.refresh(canonicalUrl);
  }
}

/** The codes by which a server says that it does not take a credential. */
const rejections: ReadonlySet<AuthErrorCode> = new Set([
  'header_rejected',
  'saved_token_rejected',
  'token_rejected',
]);

function settle(
  canonicalUrl: string,
  accountId: string | undefined,
  { sessions, demands }: CommandPorts,
): void {
  const session = sessions.get(canonicalUrl, accountId);
  if (session) {
    demands.settle(session);
  }
}
