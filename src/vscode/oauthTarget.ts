import type { OAuthConfiguration } from '../core/config/serverDefinition.ts';
import { AuthError } from '../core/errors.ts';
import { isContactable } from '../core/handover/contactableServer.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { stateText } from '../core/session/stateText.ts';
import { assertTrusted } from './assertTrusted.ts';

/** A server that can be contacted. */
export interface RemoteTarget {
  readonly name: string;
  readonly serverUrl: URL;
  /** The key of the server's session. */
  readonly canonicalUrl: string;
  readonly transport: 'http' | 'sse';
  readonly oauth?: OAuthConfiguration | undefined;
}

/** A server that OAuth can be used with. */
export type OAuthTarget = RemoteTarget;

/** Whether OAuth applies to a server at all. */
export function usesOAuth({ state }: ServerSnapshot): boolean {
  switch (state.kind) {
    case 'authenticated':
    case 'authenticating':
    case 'expired':
    case 'needsAuthentication':
    case 'needsScopes':
    case 'noAuthenticationNeeded':
    case 'refreshing':
    case 'unknown':
    case 'unreachable':
    case 'savedToken':
    case 'helperFailed':
    case 'asksInput':
      return true;
    case 'headersHelper':
    case 'headersOnly':
    case 'invalid':
    case 'missingVariable':
    case 'shadowed':
    case 'staticHeader':
    case 'stdio':
      return false;
  }
}

/**
 * What to contact for a server. The only way from a row to the network, so that nothing is contacted on
 * behalf of a folder that is not trusted (G2).
 *
 * @throws AuthError `untrusted_workspace`, or `invalid_definition` where there is nothing to contact
 */
export function toRemoteTarget(server: ServerSnapshot): RemoteTarget {
  assertTrusted();
  if (!isContactable(server)) {
    throw new AuthError('invalid_definition', stateText(server.state, 0).sentence);
  }
  const { definition, endpoint } = server;
  const { name, transport, oauth } = definition;
  return { name, serverUrl: endpoint.url, canonicalUrl: endpoint.canonicalUrl, transport, oauth };
}

/**
 * What to authenticate at for a server: {@link toRemoteTarget}.
 *
 * @throws AuthError `untrusted_workspace`, or `invalid_definition` where OAuth does not apply
 */
export function toOAuthTarget(server: ServerSnapshot): OAuthTarget {
  const target = toRemoteTarget(server);
  if (!usesOAuth(server)) {
    throw new AuthError('invalid_definition', stateText(server.state, 0).sentence);
  }
  return target;
}
