import { AuthError } from '../core/errors.ts';
import type { Inventory, ServerSnapshot } from '../core/inventory.ts';
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

/** Whether a token would ever be sent to a server: its definition's `Authorization` and its helper come first. */
export function takesToken({ definition, endpoint, state }: ServerSnapshot): boolean {
  const isOutranked =
    state.kind === 'shadowed' ||
    state.kind === 'headersHelper' ||
    (state.kind === 'staticHeader' && state.headerName.toLowerCase() === 'authorization');
  return (
    definition.kind === 'remote' && definition.transport !== 'ws' && endpoint?.kind === 'url' && !isOutranked
  );
}

/**
 * What to contact to check a token for a server; beside `toOAuthTarget` a way from a row to the network.
 *
 * @throws AuthError `untrusted_workspace`, or `invalid_definition` where no token would be sent
 */
export function toTokenTarget(server: ServerSnapshot, inventory: Inventory): TokenTarget {
  assertTrusted();
  const { definition, endpoint } = server;
  if (
    definition.kind !== 'remote' ||
    definition.transport === 'ws' ||
    endpoint?.kind !== 'url' ||
    !takesToken(server)
  ) {
    throw new AuthError('invalid_definition', whyNot(server));
  }
  const { name, transport } = definition;
  const headers = inventory.contactOf(server)?.facts.headers.headers ?? {};
  return {
    name,
    serverUrl: endpoint.url,
    canonicalUrl: endpoint.canonicalUrl,
    transport,
    // Where a token comes first, the definition's Authorization is empty.
    headers: Object.fromEntries(
      Object.entries(headers).filter(([header]) => header.toLowerCase() !== 'authorization'),
    ),
  };
}

function whyNot({ endpoint, state }: ServerSnapshot): string {
  return endpoint?.kind === 'missingVariable'
    ? `Without ${endpoint.names.join(', ')} it is not known which server the token is for.`
    : stateText(state, 0).sentence;
}
