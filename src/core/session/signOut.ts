import { AuthError } from '../errors.ts';
import { confinedFetch } from '../oauth/confinement.ts';
import { createOAuthFetch, type NetworkPorts } from '../oauth/oauthFetch.ts';
import { revokeTokens } from '../oauth/revocation.ts';
import type { SessionStore } from './sessionStore.ts';

/** What became of the tokens at their authorization server. */
export type RevocationOutcome = 'failed' | 'notOffered' | 'revoked';

/**
 * Ends a session (B10): revokes its tokens where the server offers that, then forgets it. The session is
 * forgotten also when revoking fails, because the user said so.
 *
 * @throws AuthError `not_authenticated`, `storage`, or `cancelled` while revoking: then nothing is forgotten
 */
export async function signOut(
  serverUrl: string,
  ports: NetworkPorts & { readonly sessions: SessionStore },
  signal: AbortSignal,
): Promise<RevocationOutcome> {
  const { sessions, log } = ports;
  const session = sessions.get(serverUrl);
  if (!session) {
    throw new AuthError('not_authenticated', 'There is no session to sign out of.');
  }
  const { authorizationServer: server, client, tokens } = session;
  // The only endpoint that nobody has been sent to yet.
  const fetch = confinedFetch([new URL(serverUrl), new URL(server.issuer)], ports.fetch);
  const send = createOAuthFetch({ ...ports, fetch }, signal);
  let outcome: RevocationOutcome;
  try {
    const offered = await revokeTokens({ server, client }, tokens, send);
    outcome = offered ? 'revoked' : 'notOffered';
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    log.warn('The tokens could not be revoked', { reason: error });
    outcome = 'failed';
  }
  await sessions.delete(serverUrl);
  log.info('Signed out', { issuer: new URL(server.issuer), outcome });
  return outcome;
}
