import { AuthError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { ReturningRedirectKind } from './redirect.ts';
import type { Authority } from './token.ts';

/** Where clients are remembered. */
export interface ProvenClientPorts {
  readonly registrations: RegistrationStore;
  readonly log: Log;
}

/** Remembers a client, and the redirect, that have led to a session. Never throws. */
export async function keepProvenClient(
  {
    server,
    client,
    redirectUri,
    redirectKind,
  }: Authority & {
    readonly redirectUri: string;
    readonly redirectKind: ReturningRedirectKind | undefined;
  },
  { registrations, log }: ProvenClientPorts,
): Promise<void> {
  try {
    await registrations.keep({ issuer: server.issuer, redirectUri, redirectKind }, client);
  } catch (error) {
    // Costs the next sign-in one request; this one has succeeded.
    log.warn('The client registration could not be saved', { reason: error });
  }
}

/**
 * Drops a dynamic registration that its server no longer knows, so that it is not offered again.
 *
 * @returns whether there was one from before; a client that was registered just now is no such
 */
export async function dropRejectedClient(
  error: unknown,
  { server, client }: Authority,
  { registrations, log }: ProvenClientPorts,
): Promise<boolean> {
  if (!(error instanceof AuthError && error.code === 'client_rejected') || client.origin !== 'dynamic') {
    return false;
  }
  try {
    return await registrations.drop(server.issuer, client.clientId);
  } catch (reason) {
    log.warn('A rejected client registration could not be dropped', { reason });
    return false;
  }
}
