import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import { AuthError } from '../errors.ts';
import type { AuthorizationServer } from './authorizationServer.ts';

/**
 * A grant that can be made again without the person, which is how its sessions renew themselves:
 * - `clientCredentials`: RFC 6749, section 4.4
 * - `enterprise`: the user's identity provider vouches for them (RFC 8693, then RFC 7523)
 * - `workload`: the platform vouches for this machine (RFC 7523)
 */
export type RepeatableGrant = 'clientCredentials' | 'enterprise' | 'workload';

/** How access tokens are obtained. */
export type Grant = 'authorizationCode' | RepeatableGrant;

/** `grant_type` values as they are sent. */
export const grantTypes = {
  authorizationCode: 'authorization_code',
  clientCredentials: 'client_credentials',
  enterprise: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  workload: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
} as const satisfies Readonly<Record<Grant, string>>;

/** The grant that a definition asks for. Pure; contradictions were refused by `parseServerEntry`. */
export function selectGrant(oauth: OAuthConfiguration | undefined): Grant {
  if (oauth?.xaa === true) {
    return 'enterprise';
  }
  switch (oauth?.grantType) {
    case 'client_credentials':
      return 'clientCredentials';
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return 'workload';
    case 'authorization_code':
    case undefined:
      return 'authorizationCode';
  }
}

/** What the person does of a sign-in: at a page in a browser, or by entering a code on any device. */
export type PersonsWay = 'browser' | 'deviceCode';

const personsWaysOf: Readonly<Record<Grant, readonly PersonsWay[]>> = {
  authorizationCode: ['browser', 'deviceCode'],
  // The page is that of the identity provider, which has the person sign in once for all servers.
  enterprise: ['browser'],
  clientCredentials: [],
  workload: [],
};

/** The ways that a definition leaves the person to sign in by: none where no person is needed. Pure. */
export function personsWays(oauth: OAuthConfiguration | undefined): readonly PersonsWay[] {
  return personsWaysOf[selectGrant(oauth)];
}

const grantNames: Readonly<Record<RepeatableGrant, string>> = {
  clientCredentials: 'client credentials',
  enterprise: 'enterprise-managed authorization',
  workload: 'a workload identity',
};

/**
 * Refuses to do something else than the person asked for: a definition has the last word on its grant.
 *
 * @throws AuthError `device_unavailable`
 */
export function assertNoDeviceCodeWanted(grant: RepeatableGrant, wanted: 'deviceCode' | undefined): void {
  if (wanted === 'deviceCode') {
    throw new AuthError(
      'device_unavailable',
      `There is no device code to enter for this server: its definition asks for ${grantNames[grant]}.`,
    );
  }
}

/**
 * Refuses a server that says that it does not offer a grant, before any credential is sent to it. A server that
 * says nothing is tried.
 *
 * @throws AuthError `invalid_definition`; `invalid_response` for a server without a token endpoint
 * @see RFC 8414, section 2 (grant_types_supported)
 */
export function assertGrantSupported(grant: RepeatableGrant, server: AuthorizationServer): void {
  const who = `The authorization server ${new URL(server.issuer).host}`;
  if (server.token_endpoint === undefined) {
    throw new AuthError('invalid_response', `${who} has no token endpoint.`);
  }
  const offered: unknown = server.grant_types_supported;
  if (Array.isArray(offered) && !offered.includes(grantTypes[grant])) {
    throw new AuthError(
      'invalid_definition',
      `${who} does not offer the grant that the definition asks for (${JSON.stringify(grantTypes[grant])}).`,
    );
  }
}
