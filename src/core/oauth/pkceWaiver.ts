import type { Clock } from '../clock.ts';
import { AuthError, throwIfAborted } from '../errors.ts';
import type { Log } from '../log.ts';
import type { KnownIssuer } from '../session/knownIssuer.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import { advertisesPkce } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';

/** Asks the person whether to go on without a protection that the specification wants. */
export interface PkceWaiverPrompt {
  /** @returns whether to sign in although the issuer does not say that it supports PKCE */
  askWaivePkce(issuer: string, signal: AbortSignal): Promise<boolean>;
}

/** What deciding touches. */
export interface PkceWaiverPorts {
  readonly prompt: PkceWaiverPrompt;
  readonly registrations: RegistrationStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Refuses a server that does not say that it checks PKCE, unless the person allows it, once per issuer: some
 * large providers check it and do not say so. The challenge is sent either way.
 *
 * @throws AuthError `pkce_not_supported` or `cancelled`
 */
export async function assertPkceOrWaived(
  { server, known }: { readonly server: AuthorizationServer; readonly known: KnownIssuer },
  { prompt, registrations, clock, log }: PkceWaiverPorts,
  signal: AbortSignal,
): Promise<void> {
  const { issuer } = server;
  if (advertisesPkce(server) || known.pkceWaivedAt !== undefined) {
    return;
  }
  const isWaived = await prompt.askWaivePkce(issuer, signal);
  throwIfAborted(signal);
  if (!isWaived) {
    throw new AuthError(
      'pkce_not_supported',
      `The authorization server ${new URL(issuer).host} does not say that it supports PKCE (S256), which protects the sign-in against theft.`,
    );
  }
  try {
    await registrations.waivePkce(issuer, clock.now());
  } catch (error) {
    // Costs the question again, next time.
    log.warn('A decision could not be saved', { reason: error });
  }
}
