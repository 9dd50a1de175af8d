import { AuthError, throwIfAborted } from '../errors.ts';
import type { Log } from '../log.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { RepeatableGrant } from './grant.ts';

/** What the person allows: tokens for one server, got in the name of somebody without a page that asks them. */
export interface GrantQuestion {
  readonly grant: RepeatableGrant;
  /** The MCP server that the tokens go to. */
  readonly serverUrl: URL;
  /** The authorization server that gives them. */
  readonly issuer: string;
  /** In whose name: a client ID, or the issuer of the user's identity provider; absent for a workload. */
  readonly identity?: string | undefined;
}

/** Asks the person whether a server may have tokens. */
export interface GrantPrompt {
  askApproveGrant(question: GrantQuestion, signal: AbortSignal): Promise<boolean>;
}

/** What deciding touches. */
export interface GrantApprovalPorts {
  readonly prompt: GrantPrompt;
  readonly registrations: RegistrationStore;
  readonly log: Log;
}

/**
 * Asks the person, once for everything that the question names, until they clear the issuer's registration.
 * Where no authorization server asks for consent, a repository could otherwise name a server of its own, which
 * names an authorization server that the person has a credential for, and a single click would hand it a token.
 *
 * @throws AuthError `cancelled`
 */
export async function assertGrantApproved(
  question: GrantQuestion,
  { prompt, registrations, log }: GrantApprovalPorts,
  signal: AbortSignal,
): Promise<void> {
  const { grant, serverUrl, issuer, identity } = question;
  const approval = JSON.stringify([grant, canonicalServerUrl(serverUrl), identity ?? '']);
  if (await registrations.isApproved(issuer, approval)) {
    return;
  }
  throwIfAborted(signal);
  const isApproved = await prompt.askApproveGrant(question, signal);
  throwIfAborted(signal);
  if (!isApproved) {
    throw new AuthError('cancelled', 'The server was not allowed to have access tokens.');
  }
  try {
    await registrations.approve(issuer, approval);
  } catch (error) {
    // Costs the question again, next time.
    log.warn('A decision could not be saved', { reason: error });
  }
}
