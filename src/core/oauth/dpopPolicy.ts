import { AuthError } from '../errors.ts';
import type { Discovered } from './discovery.ts';
import { type DpopKey, dpopAlgorithms } from './dpopKey.ts';

/**
 * Whether the MCP server takes DPoP-bound tokens only: its metadata says so, or it challenges with the scheme
 * DPoP and not with Bearer.
 *
 * @see RFC 9728, section 2; RFC 9449, section 7.1
 */
export function requiresDpop({
  protectedResource,
  challenge,
}: Omit<Discovered, 'authorizationServer'>): boolean {
  return protectedResource?.dpop?.isRequired === true || challenge?.dpop?.isRequired === true;
}

/**
 * Whether the tokens of a session are to be bound, and by which algorithm. Not where nobody asked for it: a
 * bound token cannot be handed to another client as a header.
 *
 * @param isConfigured `oauth.dpop` of the definition
 * @returns `undefined` for Bearer tokens
 * @throws AuthError `dpop_not_supported` when it is asked for, but no algorithm suits everybody
 * @see RFC 9449, sections 5.1 and 7.1
 */
export function selectDpop(
  isConfigured: boolean,
  discovered: Discovered,
): Pick<DpopKey, 'algorithm' | 'requiredByServer'> | undefined {
  const requiredByServer = requiresDpop(discovered);
  if (!isConfigured && !requiredByServer) {
    return undefined;
  }
  const { authorizationServer: server, protectedResource, challenge } = discovered;
  // Who lists none has not said what it supports, and is asked with what everybody has.
  const said: readonly unknown[] = [
    server.dpop_signing_alg_values_supported,
    protectedResource?.dpop?.algorithms,
    challenge?.dpop?.algorithms,
  ];
  const lists = said.filter((list): list is readonly unknown[] => Array.isArray(list));
  const algorithm = dpopAlgorithms.find((one) => lists.every((list) => list.includes(one)));
  if (algorithm === undefined) {
    const who = requiredByServer
      ? 'This server wants tokens that are bound to a key (DPoP)'
      : '"oauth.dpop" asks for tokens that are bound to a key';
    throw new AuthError(
      'dpop_not_supported',
      `${who}, but ${new URL(server.issuer).host} and this editor have no algorithm for that in common (offered: ${JSON.stringify(lists).slice(0, 200)}).`,
    );
  }
  return { algorithm, requiredByServer };
}

/** Whether the authorization server says that it knows DPoP, and so also `dpop_jkt` (RFC 9449, section 10). */
export function advertisesDpop({ authorizationServer: server }: Discovered): boolean {
  return Array.isArray(server.dpop_signing_alg_values_supported);
}
