import * as oauth from 'oauth4webapi';
import { AuthError, throwIfAborted } from '../errors.ts';
import type { IdentityKey, StoredIdentity } from '../session/identityStore.ts';
import { askPerson, type PersonAnswer } from './askPerson.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { createAuthorizationRequest } from './authorizationRequest.ts';
import {
  type AuthorizationServer,
  fetchAuthorizationServer,
  wellKnownMetadataUrls,
} from './authorizationServer.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import { clientSecrets } from './clientSecrets.ts';
import { toAuthError } from './oauthErrors.ts';
import { createOAuthFetch, type Fetch } from './oauthFetch.ts';
import { preRegisteredClient } from './preRegisteredClient.ts';
import { keepProvenClient } from './provenClient.ts';
import { provenKind, type RedirectKind, selectRedirects } from './redirect.ts';
import { rememberedMetadata } from './rememberedDiscovery.ts';
import { type Authority, validateAuthorizationResponse } from './token.ts';

/** The identity provider that the user's settings name. */
export interface IdentityProviderSettings extends IdentityKey {
  /** The port of the loopback redirect URI that the client was registered with. */
  readonly callbackPort?: number | undefined;
}

/** What signing in there touches: what any sign-in does, but for what itself needs an identity. */
export type OpenIdSignInPorts = Omit<AuthenticationPorts, 'identityProvider' | 'workloads'>;

/**
 * Signs the person in at their identity provider: authorization code with PKCE, `state` and `nonce`.
 *
 * @throws AuthError as an authentication does
 * @see OpenID Connect Core 1.0, section 3.1
 */
export async function signInAtIdentityProvider(
  settings: IdentityProviderSettings,
  request: AuthenticationRequest,
  ports: OpenIdSignInPorts,
): Promise<StoredIdentity> {
  const { signal } = request;
  const fetch = createOAuthFetch(ports, signal);
  const server = await findIdentityProvider(settings, fetch);
  const { clientId, callbackPort } = settings;
  const { askForSecret } = request;
  const known = await ports.registrations.open(server.issuer);
  const client = await preRegisteredClient({ server, known, clientId, askForSecret, signal }, ports);
  const context = { callbackPort, remembered: known.redirectKind, wanted: request.redirectKind };
  const [kind = 'loopback'] = selectRedirects(context);
  const redirect = await ports.redirects[kind].open({ fixed: callbackPort, isPublished: true });
  try {
    throwIfAborted(signal);
    const { redirectUri } = redirect;
    const authorized = await authorize({ server, client }, { kind, redirectUri }, request, ports);
    request.onStep('exchangingCode');
    const identity = await redeem({ server, client }, authorized, fetch);
    const redirectKind = provenKind(kind, authorized.isPasted);
    const proven = { issuer: server.issuer, redirectUri, redirectKind };
    await keepProvenClient(proven, client, ports);
    return identity;
  } finally {
    redirect.dispose();
  }
}

async function findIdentityProvider({ issuer }: IdentityKey, fetch: Fetch): Promise<AuthorizationServer> {
  const url = new URL(issuer);
  // OpenID Connect Discovery, section 4: what RFC 8414 has at its own place says less of ID tokens.
  const openId = new URL(`${url.origin}${url.pathname.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const places = [openId, ...wellKnownMetadataUrls(url).filter(({ href }) => href !== openId.href)];
  const server = await fetchAuthorizationServer(issuer, fetch, places);
  if (!server) {
    throw new AuthError('discovery_failed', `The identity provider ${url.host} publishes no metadata.`);
  }
  return server;
}

interface Authorized extends Pick<PersonAnswer, 'isPasted'> {
  readonly validated: URLSearchParams;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

async function authorize(
  authority: Authority,
  { kind, redirectUri }: { readonly kind: RedirectKind; readonly redirectUri: string },
  request: AuthenticationRequest,
  ports: OpenIdSignInPorts,
): Promise<Authorized> {
  const { server, client } = authority;
  const offered: unknown = server.scopes_supported;
  const isOffline = Array.isArray(offered) && offered.includes('offline_access');
  const scope = isOffline ? 'openid offline_access' : 'openid';
  const authorization = await createAuthorizationRequest(server, {
    clientId: client.clientId,
    redirectUri,
    scope,
    mayAskConsent: false,
  });
  const nonce = oauth.generateRandomNonce();
  authorization.url.searchParams.set('nonce', nonce);
  const { state, codeVerifier } = authorization;
  for (const secret of [state, codeVerifier, nonce, ...clientSecrets(client)]) {
    ports.redactor.learn(secret);
  }
  const { response, isPasted } = await askPerson({ authorization, server, kind }, request, ports);
  ports.redactor.learn(response.get('code') ?? undefined);
  const validated = validateAuthorizationResponse(authority, response, state);
  return { validated, redirectUri, codeVerifier, nonce, isPasted };
}

async function redeem(
  { server, client }: Authority,
  { validated, redirectUri, codeVerifier, nonce }: Authorized,
  fetch: Fetch,
): Promise<StoredIdentity> {
  let tokens: oauth.TokenEndpointResponse;
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      validated,
      redirectUri,
      codeVerifier,
      requestOptions(fetch),
    );
    tokens = await oauth.processAuthorizationCodeResponse(server, toOAuthClient(client), response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
  } catch (error) {
    throw toAuthError(error, `The identity provider ${new URL(server.issuer).host}`, {
      invalid_client: 'client_rejected',
    });
  }
  // A refresh may give an ID token too, which is judged by the same metadata.
  return toIdentity({ server: rememberedMetadata(server), client }, tokens);
}

/**
 * Reads a validated token response of an identity provider.
 *
 * @throws AuthError `invalid_response` where it has no ID token
 */
export function toIdentity(authority: Authority, tokens: oauth.TokenEndpointResponse): StoredIdentity {
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (!claims || tokens.id_token === undefined) {
    throw new AuthError(
      'invalid_response',
      `The identity provider ${new URL(authority.server.issuer).host} gave no ID token.`,
    );
  }
  return {
    authority,
    idToken: tokens.id_token,
    subject: claims.sub,
    expiresAt: claims.exp * 1000,
    refreshToken: tokens.refresh_token,
  };
}
