import { confinedFetch } from '../oauth/confinement.ts';
import { createOAuthFetch, type NetworkPorts } from '../oauth/oauthFetch.ts';
import { revokeTokens } from '../oauth/revocation.ts';
import type { Session } from './session.ts';

/** What became of the tokens at their authorization server. */
export type RevocationOutcome = 'failed' | 'notOffered' | 'revoked';

/**
 * Revokes the tokens of a session where its authorization server offers that (RFC 7009). A failure is logged, and
 * says nothing more than that they end when they expire.
 *
 * @throws AuthError when the signal aborts
 */
export async function revokeSession(
  { serverUrl, authorizationServer: server, client, tokens }: Session,
  ports: NetworkPorts,
  signal: AbortSignal = new AbortController().signal,
): Promise<RevocationOutcome> {
  // The only endpoint that nobody has been sent to yet.
  const fetch = confinedFetch([new URL(serverUrl), new URL(server.issuer)], ports.fetch);
  const send = createOAuthFetch({ ...ports, fetch }, signal);
  try {
    return (await revokeTokens({ server, client }, tokens, send)) ? 'revoked' : 'notOffered';
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    ports.log.warn('The tokens could not be revoked', { reason: error });
    return 'failed';
  }
}
