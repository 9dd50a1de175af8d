import type { AppliedCredential } from '../connection/appliedCredential.ts';
import type { RemoteServer } from '../describeServer.ts';
import { AuthError } from '../errors.ts';
import type { Inventory } from '../inventory.ts';
import type { Redactor } from '../redaction.ts';
import type { ServerSnapshot } from '../serverSnapshot.ts';
import { appliedCredential } from './credentialChain.ts';
import type { HeadersHelpers } from './headersHelpers.ts';
import type { HelperCall } from './helperCall.ts';
import { learnHeaders } from './learnHeaders.ts';

/** What finding the credential for a request takes. */
export interface ContactPorts {
  readonly inventory: Inventory;
  readonly helpers: Pick<HeadersHelpers, 'headers' | 'reject'>;
  /** Taught what is about to be sent. */
  readonly redactor: Redactor;
}

/** The helper that has to run before a server is contacted, where it is its turn. */
export function pendingHelper(server: ServerSnapshot, { inventory }: ContactPorts): HelperCall | undefined {
  const contact = inventory.contactOf(server);
  return contact && appliedCredential(contact.facts.chain) !== 'authorizationHeader'
    ? contact.helperCall
    : undefined;
}

/**
 * What a server is contacted with right now, its helper run where it is the helper's turn. One that fails leaves the
 * turn to what comes next, if anything does.
 *
 * @throws AuthError `helper_failed`, `helper_not_allowed`, `untrusted_workspace`, or the signal's reason
 */
export async function contactCredential(
  server: ServerSnapshot,
  ports: ContactPorts,
  signal: AbortSignal,
): Promise<AppliedCredential> {
  const call = pendingHelper(server, ports);
  const failure = call && (await runHelper(call, ports, signal));
  const { credential, facts } = currentContact(server, ports);
  learnHeaders(credential.headers ?? {}, ports.redactor);
  if (failure && credential.kind === 'none') {
    throw failure;
  }
  switch (credential.kind) {
    case 'helper':
      return call ? { ...credential, renew: () => runAgain(server, call, { ports, signal }) } : credential;
    case 'session':
      // The account stays the same throughout, whichever one this workspace uses in the end.
      return { ...credential, accountId: facts.session?.account.id };
    default:
      return credential;
  }
}

async function runHelper(
  call: HelperCall,
  { helpers }: ContactPorts,
  signal: AbortSignal,
): Promise<AuthError | undefined> {
  try {
    await helpers.headers(call, signal);
    return undefined;
  } catch (error) {
    if (error instanceof AuthError && error.code === 'helper_failed') {
      return error;
    }
    throw error;
  }
}

/** As Claude Code does after a 401: what was printed before is not taken once more. */
async function runAgain(
  server: ServerSnapshot,
  call: HelperCall,
  { ports, signal }: { readonly ports: ContactPorts; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const { helpers } = ports;
  helpers.reject(call, await helpers.headers(call, signal));
  await helpers.headers(call, signal);
  return currentContact(server, ports).credential.headers ?? {};
}

function currentContact(server: ServerSnapshot, { inventory }: ContactPorts): RemoteServer {
  const contact = inventory.contactOf(server);
  if (!contact) {
    throw new AuthError('invalid_definition', 'This server is no longer configured, or cannot be contacted.');
  }
  return contact;
}
