import { type HeaderRecord, withoutHeader } from '../core/credential/headerRecords.ts';
import { AuthError } from '../core/errors.ts';
import { isContactable } from '../core/handover/contactableServer.ts';
import type { Inventory } from '../core/inventory.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { stateText } from '../core/session/stateText.ts';
import { assertTrusted } from './assertTrusted.ts';
import { type RemoteTarget, toRemoteTarget } from './oauthTarget.ts';

/** A server that a token can be entered for. */
export interface TokenTarget extends Omit<RemoteTarget, 'oauth'> {
  /** What the definition sends beside the token. The values may hold secrets. */
  readonly headers: HeaderRecord;
}

/** Whether a token would ever be sent to a server: its definition's `Authorization` and its helper come first. */
export function takesToken(server: ServerSnapshot): boolean {
  const { state } = server;
  const isOutranked =
    state.kind === 'shadowed' ||
    state.kind === 'headersHelper' ||
    (state.kind === 'staticHeader' && state.headerName.toLowerCase() === 'authorization');
  return isContactable(server) && !isOutranked;
}

/**
 * What to contact to check a token for a server; {@link toRemoteTarget}, with what goes along.
 *
 * @throws AuthError `untrusted_workspace`, or `invalid_definition` where no token would be sent
 */
export function toTokenTarget(server: ServerSnapshot, inventory: Inventory): TokenTarget {
  assertTrusted();
  if (!takesToken(server)) {
    throw new AuthError('invalid_definition', whyNot(server));
  }
  const { name, serverUrl, canonicalUrl, transport } = toRemoteTarget(server);
  const headers = inventory.contactOf(server)?.facts.headers.headers ?? {};
  // Where a token comes first, the definition's Authorization is empty.
  return { name, serverUrl, canonicalUrl, transport, headers: withoutHeader(headers, 'authorization') };
}

function whyNot({ endpoint, state }: ServerSnapshot): string {
  return endpoint?.kind === 'missingVariable'
    ? `Without ${endpoint.names.join(', ')} it is not known which server the token is for.`
    : stateText(state, 0).sentence;
}
