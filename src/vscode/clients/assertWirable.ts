import type { RemoteServerDefinition } from '../../core/config/serverDefinition.ts';
import { hasAuthorization } from '../../core/config/wireClaude.ts';
import { AuthError } from '../../core/errors.ts';
import type { ServerSnapshot } from '../../core/serverSnapshot.ts';

/** A server that another program can get the credential of. */
export interface WirableServer {
  readonly definition: RemoteServerDefinition;
  /** Expanded. */
  readonly url: URL;
}

/**
 * The server, if headers alone make its credential.
 *
 * @throws AuthError `invalid_definition`, `credential_bound`, `not_authenticated`
 */
export function assertWirable({
  definition,
  endpoint,
  session,
  hasSavedToken,
}: ServerSnapshot): WirableServer {
  if (definition.kind !== 'remote' || endpoint?.kind !== 'url') {
    throw new AuthError('invalid_definition', 'Only a remote server gets a credential from MCP Auth.');
  }
  if (hasAuthorization({ headers: definition.headers })) {
    throw new AuthError(
      'invalid_definition',
      'The entry has an Authorization header, which comes first and turns OAuth off. Remove it, and try again.',
    );
  }
  if (session?.isBound) {
    throw new AuthError(
      'credential_bound',
      'The session is bound to a key (DPoP): no header that a helper prints would be enough.',
    );
  }
  if (session === undefined && !hasSavedToken) {
    throw new AuthError('not_authenticated', 'You are not authenticated at this server. Authenticate first.');
  }
  return { definition, url: endpoint.url };
}
