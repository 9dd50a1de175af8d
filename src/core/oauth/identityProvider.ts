import type { AuthenticationRequest } from './authentication.ts';
import type { NetworkPorts } from './oauthFetch.ts';
import type { Authority } from './token.ts';

/** What the user's identity provider says of them. */
export interface Identity {
  /** The identity provider, and the client that this is there. */
  readonly authority: Authority;
  /** OpenID Connect Core, section 2. A secret, and for this identity provider only. */
  readonly idToken: string;
}

/** How an identity may be had. */
export interface IdentityRequest {
  /** The sign-in on whose behalf the person may be asked; absent where nobody may be. */
  readonly interaction?: AuthenticationRequest | undefined;
  /** An ID token that the identity provider no longer takes: another one is needed. */
  readonly rejected?: string | undefined;
  readonly signal: AbortSignal;
}

/** The user's identity provider: named by the user's settings, never by a repository. */
export interface IdentityProvider {
  /** Reaches it: the user has chosen where it is, so that no server's confinement applies. */
  readonly network: NetworkPorts;
  /**
   * Its issuer.
   *
   * @throws AuthError `invalid_setting` where the user has named none
   */
  issuer(): string;
  /**
   * Who the user is: from an earlier sign-in while that lasts, else, if that is allowed, from a new one.
   *
   * @throws AuthError `invalid_setting`, `session_expired` where the person would have to be asked, and what a
   * sign-in throws
   */
  identity(request: IdentityRequest): Promise<Identity>;
  /** Whether its secret is what the person has to enter anew, and not one of the MCP server's. */
  readonly isClientRejected: boolean;
  /** Says that it did not accept the client that this is there. */
  rejectClient(): void;
}
