import { expandHeaders } from '../core/config/expandHeaders.ts';
import type { Environment } from '../core/config/expansion.ts';
import { AuthError } from '../core/errors.ts';
import type { ServerSnapshot } from '../core/inventory.ts';
import { stateText } from '../core/session/stateText.ts';
import { assertTrusted } from './assertTrusted.ts';

/** A server that a token can be entered for. */
export interface TokenTarget {
  readonly name: string;
  readonly serverUrl: URL;
  /** The key of the server's token. */
  readonly canonicalUrl: string;
  readonly transport: 'http' | 'sse';
  /** What the definition sends beside the token. The values may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether a token would be sent to a server: a header in its definition comes first. */
export function takesToken({ definition, endpoint, state }: ServerSnapshot): boolean {
  return (
    definition.kind === 'remote' &&
    definition.transport !== 'ws' &&
    endpoint?.kind === 'url' &&
    state.kind !== 'staticHeader'
  );
}

/**
 * What to contact to check a token for a server; as {@link toOAuthTarget} the only way from a row to the network.
 *
 * @throws AuthError `untrusted_workspace`, or `invalid_definition` where no token would be sent
 */
export function toTokenTarget(server: ServerSnapshot, environment: Environment): TokenTarget {
  assertTrusted();
  const { definition, endpoint } = server;
  if (
    definition.kind !== 'remote' ||
    definition.transport === 'ws' ||
    endpoint?.kind !== 'url' ||
    !takesToken(server)
  ) {
    throw new AuthError('invalid_definition', stateText(server.state, 0).sentence);
  }
  const { name, transport, headers } = definition;
  return {
    name,
    serverUrl: endpoint.url,
    canonicalUrl: endpoint.canonicalUrl,
    transport,
    headers: expandHeaders(headers, environment),
  };
}
