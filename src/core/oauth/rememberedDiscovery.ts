import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import type { Session } from '../session/session.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { type Discovered, resourceOf } from './discovery.ts';
import { requiresDpop } from './dpopPolicy.ts';

/** What signing in again, refreshing and signing out use of a server's metadata, which may be long. */
const rememberedMembers = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'userinfo_endpoint',
  'authorization_response_iss_parameter_supported',
  'client_id_metadata_document_supported',
  'code_challenge_methods_supported',
  'dpop_signing_alg_values_supported',
  'grant_types_supported',
  'id_token_signing_alg_values_supported',
  'prompt_values_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
] as const satisfies readonly (keyof AuthorizationServer)[];

/** Characters that a member may have to be stored: more is no list of methods, whatever the server calls it. */
const memberLimit = 2000;

function isRememberable(value: unknown): boolean {
  const texts = Array.isArray(value) ? value : [value];
  return (
    typeof value === 'boolean' ||
    (texts.every((text) => typeof text === 'string') && texts.join('","').length <= memberLimit)
  );
}

/** The part of a server's metadata that is stored with a session. */
export function rememberedMetadata(server: AuthorizationServer): AuthorizationServer {
  const members = rememberedMembers
    .map((name) => [name, server[name]] as const)
    .filter(([, value]) => isRememberable(value));
  return { issuer: server.issuer, ...Object.fromEntries(members) };
}

/**
 * What a definition's `oauth` says of where and for what one signs in, to recognize it by; `undefined` where
 * that is nothing.
 */
export function configurationText({
  authServerMetadataUrl,
  clientId,
  scopes,
}: OAuthConfiguration = {}): string | undefined {
  const said = [authServerMetadataUrl, clientId, scopes];
  return said.some((one) => one !== undefined) ? JSON.stringify(said) : undefined;
}

/**
 * What was discovered for an earlier session, so that signing in again needs no request before the browser
 * opens. The server is taken to challenge for the scopes that were asked for then.
 *
 * @param oauth the definition as it is now
 * @returns `undefined` where the session does not hold enough, was made by another definition, or by a grant
 * without a sign-in page, which asks for other scopes
 */
export function rememberedDiscovery(
  session: Session,
  oauth: OAuthConfiguration | undefined,
): Discovered | undefined {
  const { authorizationServer, requestedScope } = session;
  if (
    session.grant !== undefined ||
    session.configuration !== configurationText(oauth) ||
    authorizationServer.authorization_endpoint === undefined ||
    authorizationServer.token_endpoint === undefined
  ) {
    return undefined;
  }
  return { ...discoveredBefore(session), challenge: { scope: requestedScope } };
}

/** What was discovered, as far as it is kept: enough for {@link isSameAuthority}. */
export function discoveredBefore({
  authorizationServer,
  resource,
  dpop,
}: Pick<Session, 'authorizationServer' | 'dpop' | 'resource'>): Discovered {
  return {
    authorizationServer,
    protectedResource: {
      resource,
      authorizationServers: [authorizationServer.issuer],
      ...(dpop?.requiredByServer ? { dpop: { isRequired: true, algorithms: [dpop.algorithm] } } : {}),
    },
    isRemembered: true,
  };
}

/**
 * Whether a sign-in that was begun with one may be finished with the other. Bound tokens also serve a server
 * that has ceased to require them, or does not say so at the moment.
 */
export function isSameAuthority(one: Discovered, other: Discovered, serverUrl: URL): boolean {
  const [a, b] = [one.authorizationServer, other.authorizationServer];
  return (
    a.issuer === b.issuer &&
    a.authorization_endpoint === b.authorization_endpoint &&
    a.token_endpoint === b.token_endpoint &&
    resourceOf(one, serverUrl) === resourceOf(other, serverUrl) &&
    (requiresDpop(one) || !requiresDpop(other))
  );
}
