import { AuthError } from '../errors.ts';
import { createDpopProofs } from '../oauth/dpopProofs.ts';
import { createOAuthFetch } from '../oauth/oauthFetch.ts';
import { type RepeatPorts, repeatGrant } from '../oauth/repeatGrant.ts';
import { refreshTokens } from '../oauth/token.ts';
import { toTokenSet } from '../oauth/tokenSet.ts';
import type { Session } from './session.ts';

/**
 * The session with new tokens: by its grant once more where that can be repeated, else by its refresh token.
 * Nobody is asked, and nothing is stored.
 *
 * @throws AuthError `session_expired` when only the person can help; `client_rejected`, `server_error`, `network`…
 */
export async function requestNewTokens(session: Session, ports: RepeatPorts): Promise<Session> {
  const requestedAt = ports.clock.now();
  const tokens = toTokenSet(await request(session, ports), requestedAt, session.tokens);
  return { ...session, tokens, refreshRejectedAt: undefined };
}

async function request(session: Session, ports: RepeatPorts): ReturnType<typeof refreshTokens> {
  const { grant, authorizationServer: server, client, resource, requestedScope: scope, tokens } = session;
  const proofs = session.dpop && (await createDpopProofs(session.dpop));
  const { signal } = new AbortController();
  if (grant !== undefined) {
    return await repeatGrant(grant, { target: { server, client, proofs, resource, scope }, signal }, ports);
  }
  if (tokens.refreshToken === undefined) {
    throw new AuthError('session_expired', 'The session has expired. Authenticate again.');
  }
  return await refreshTokens(
    { server, client, proofs },
    { refreshToken: tokens.refreshToken, resource },
    createOAuthFetch(ports, signal),
  );
}
