import type { SavedToken } from '../credential/savedToken.ts';
import type { RemoteServer } from '../describeServer.ts';
import { AuthError, type AuthErrorCode } from '../errors.ts';
import type { Session } from '../session/session.ts';

/** What could be handed over for a server, or why nothing can. Holds secrets. */
export type HandoverOffer =
  | { readonly kind: 'session'; readonly session: Session }
  /** A token that the person has set, without what the definition sends beside it. */
  | { readonly kind: 'savedToken'; readonly token: SavedToken }
  | { readonly kind: 'nothing'; readonly error: AuthError };

/**
 * What of a server's credential is ours to hand over: sessions and tokens that were set by hand. What a definition
 * sends by itself, or its helper prints, its client has already; it is not told once more to whoever asks. Pure.
 */
export function handoverOffer({ credential, facts }: RemoteServer): HandoverOffer {
  const { session, token } = facts;
  switch (credential.kind) {
    case 'session':
      if (session === undefined) {
        return nothing('not_authenticated', 'You are not authenticated at this server yet.');
      }
      return isBound(session) ? { kind: 'nothing', error: boundError() } : { kind: 'session', session };
    case 'savedToken':
      return token === undefined
        ? nothing('not_authenticated', 'There is no token for this server.')
        : { kind: 'savedToken', token };
    case 'header':
      return nothing(
        'not_authenticated',
        'The definition of this server has its own header, which its client sends by itself.',
      );
    case 'helper':
      return nothing(
        'not_authenticated',
        'The "headersHelper" of this server provides its headers, and is run by its client.',
      );
    case 'none':
      if (session !== undefined) {
        return nothing('session_expired', 'The session has expired. Authenticate again.');
      }
      return facts.probe?.kind === 'open'
        ? nothing('no_authentication_needed', 'The server answers without authentication.')
        : nothing('not_authenticated', 'You are not authenticated at this server yet.');
  }
}

/** Whether a header alone is of no use (RFC 9449). */
export function isBound({ dpop, tokens }: Session): boolean {
  return dpop !== undefined || tokens.tokenType.toLowerCase() === 'dpop';
}

/** Why nothing of a bound session is handed over. */
export function boundError(): AuthError {
  return new AuthError(
    'credential_bound',
    'The access token of this server is bound to a key that never leaves MCP Auth (DPoP): no header alone will do.',
  );
}

function nothing(code: AuthErrorCode, sentence: string): HandoverOffer {
  return { kind: 'nothing', error: new AuthError(code, sentence) };
}
