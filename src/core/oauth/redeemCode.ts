import { throwIfAborted } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { TokenBinding } from './dpopBinding.ts';
import { personOf } from './idToken.ts';
import { newSession } from './newSession.ts';
import { createOAuthFetch, type NetworkPorts } from './oauthFetch.ts';
import { type Authority, exchangeCode, validateAuthorizationResponse } from './token.ts';

/** What an authorization response is judged by, and what becomes of its code. */
export interface Redemption {
  readonly authorization: AuthorizationRequest;
  readonly authority: Authority;
  /** The `resource` of the authorization request, byte for byte. */
  readonly resource: string;
  readonly scope: string | undefined;
  readonly request: AuthenticationRequest;
  readonly binding: TokenBinding | undefined;
}

/**
 * Judges an authorization response and exchanges its code for the tokens of a session.
 *
 * @throws AuthError as `validateAuthorizationResponse` and `exchangeCode` do
 * @see RFC 6749, sections 4.1.2 and 4.1.3
 */
export async function redeemCode(
  response: URLSearchParams,
  { authorization, authority: { server, client }, resource, scope, request, binding }: Redemption,
  ports: NetworkPorts & Pick<AuthenticationPorts, 'redactor'>,
): Promise<Session> {
  const authority: Authority = { server, client, proofs: binding?.proofs };
  const validated = validateAuthorizationResponse(authority, response, authorization.state);
  request.onStep('exchangingCode');
  await request.beforeExchange?.();
  throwIfAborted(request.signal);
  const requestedAt = ports.clock.now();
  const fetch = createOAuthFetch(ports, request.signal);
  const tokens = await exchangeCode(authority, validated, { ...authorization, resource }, fetch);
  ports.redactor.learn(tokens.id_token);
  const person = await personOf(authority, tokens, ports.log);
  return newSession({ authority, resource, scope, tokens, requestedAt, binding, person }, request);
}
