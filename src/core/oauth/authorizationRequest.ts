import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { promptFor } from './promptValues.ts';

/** One authorization request, and what is needed to judge its answer. `state` and the verifier are secrets. */
export interface AuthorizationRequest {
  /** For the browser, byte for byte. */
  readonly url: URL;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** What goes into an authorization request. */
export interface AuthorizationParameters {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string | undefined;
  /** RFC 8707; absent at an identity provider, whose tokens are for no resource. */
  readonly resource?: string | undefined;
  /**
   * Whether consent may be asked for anew. Where an administrator has consented for everybody, asking each
   * person locks them out: that is for who registered the client to know.
   */
  readonly mayAskConsent: boolean;
  /** Whether the person is to say who they are, whoever is signed in at the authorization server by now. */
  readonly letsChooseAccount?: boolean | undefined;
  /** Thumbprint of the key that the tokens will be bound to. */
  readonly dpopThumbprint?: string | undefined;
}

/**
 * Builds the request to the authorization endpoint, with a fresh `state` and PKCE S256.
 *
 * @throws AuthError `invalid_response` when the server names no authorization endpoint
 * @see RFC 6749, section 4.1.1; RFC 7636, section 4.3; RFC 8707, section 2.1; RFC 9449, section 10
 */
export async function createAuthorizationRequest(
  server: AuthorizationServer,
  parameters: AuthorizationParameters,
): Promise<AuthorizationRequest> {
  if (server.authorization_endpoint === undefined) {
    throw noSignInPage(server);
  }
  const { clientId, redirectUri, scope, resource, dpopThumbprint } = parameters;
  const prompt = promptFor(server, parameters);
  const state = oauth.generateRandomState();
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint);
  const query = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope }),
    ...(dpopThumbprint === undefined ? {} : { dpop_jkt: dpopThumbprint }),
    ...(prompt === undefined ? {} : { prompt }),
  };
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.set(name, value);
  }
  return { url, redirectUri, state, codeVerifier };
}

/**
 * Refuses a server that cannot end a sign-in, before anybody begins one.
 *
 * @throws AuthError `invalid_response`
 * @see RFC 8414, section 2
 */
export function assertCodeGrantSupported(server: AuthorizationServer): void {
  if (server.authorization_endpoint === undefined || server.token_endpoint === undefined) {
    throw noSignInPage(server);
  }
}

function noSignInPage({ issuer }: AuthorizationServer): AuthError {
  const { host } = new URL(issuer);
  return new AuthError('invalid_response', `The authorization server ${host} has no page to sign in at.`);
}

/**
 * Whether a server says that it checks PKCE, without which MCP forbids clients to go on.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (authorization code protection)
 */
export function advertisesPkce(server: AuthorizationServer): boolean {
  const methods: unknown = server.code_challenge_methods_supported;
  return Array.isArray(methods) && methods.includes('S256');
}
