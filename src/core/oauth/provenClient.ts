import { AuthError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { KnownIssuer, ProvenSignIn } from '../session/knownIssuer.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import { isClientRefusal } from './metadataDocumentClient.ts';
import type { Authority } from './token.ts';

/** Where clients are remembered. */
export interface ProvenClientPorts {
  readonly registrations: RegistrationStore;
  readonly log: Log;
}

/** Remembers a client with its secret, and the redirect, that have led to a session. Never throws. */
export async function keepProvenClient(
  proven: ProvenSignIn,
  client: ClientRegistration,
  { registrations, log }: ProvenClientPorts,
): Promise<void> {
  try {
    await registrations.keep(proven, client);
  } catch (error) {
    // Costs the next sign-in one request or question; this one has succeeded.
    log.warn('The client registration could not be saved', { reason: error });
  }
}

/** A client, its server, and what was known of the latter when the sign-in began. */
export type KnownAuthority = Authority & { readonly known: KnownIssuer };

/**
 * Draws the conclusions from a sign-in that failed for its client, and remembers them: a registration from
 * before, or a metadata document, gives way to a new registration; an ID that was entered is asked for anew.
 * Never throws.
 *
 * @returns what is known of the issuer from then on, if another client is worth a try right now
 */
export async function dropRejectedClient(
  error: unknown,
  { server, client, known }: KnownAuthority,
  { registrations, log }: ProvenClientPorts,
): Promise<KnownIssuer | undefined> {
  const { issuer } = server;
  const { clientId } = client;
  const attempt = async (change: () => Promise<unknown>) => {
    try {
      await change();
    } catch (reason) {
      log.warn('The rejection of a client could not be saved', { reason });
    }
  };
  switch (client.origin) {
    case 'dynamic': {
      const rest = known.registrations.filter((one) => one.clientId !== clientId);
      // One that was registered just now is not among them: another would fare no better.
      if (!isRejection(error) || rest.length === known.registrations.length) {
        return undefined;
      }
      await attempt(() => registrations.drop(issuer, clientId));
      return { ...known, registrations: rest };
    }
    case 'metadataDocument':
      if (!isClientRefusal(error) || server.registration_endpoint === undefined) {
        return undefined;
      }
      await attempt(() => registrations.refuseMetadataDocument(issuer, clientId));
      return { ...known, metadataDocument: { url: clientId, outcome: 'refused' } };
    case 'preRegistered':
      await (isClientRefusal(error) && attempt(() => registrations.doubtEntered(issuer, clientId)));
      return undefined;
  }
}

/**
 * Doubts a client also where the browser never came back: a server must not redirect for a client that it does
 * not know, so that the person looks at its error page, and gives up. A dynamic registration from before is
 * dropped, which costs the next sign-in one request; a metadata document that has worked before is not doubted.
 * Never throws.
 *
 * @see RFC 6749, section 4.1.2.1
 */
export async function doubtUnansweredClient(
  { server, client, known }: KnownAuthority,
  { registrations, log }: ProvenClientPorts,
): Promise<void> {
  const { metadataDocument } = known;
  const hasWorked = metadataDocument?.url === client.clientId && metadataDocument.outcome === 'accepted';
  try {
    if (client.origin === 'dynamic') {
      await registrations.drop(server.issuer, client.clientId);
    } else if (client.origin === 'metadataDocument' && server.registration_endpoint && !hasWorked) {
      await registrations.refuseMetadataDocument(server.issuer, client.clientId);
    }
  } catch (reason) {
    log.warn('The rejection of a client could not be saved', { reason });
  }
}

function isRejection(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'client_rejected';
}
