import { throwIfAborted } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { createDpopProofs } from './dpopProofs.ts';
import { personOf } from './idToken.ts';
import { newSession } from './newSession.ts';
import { createOAuthFetch, type NetworkPorts } from './oauthFetch.ts';
import type { PendingSignIn } from './pendingSignIn.ts';
import { type Authority, exchangeCode, validateAuthorizationResponse } from './token.ts';

/** What of a request finishing its sign-in goes by. */
export type RedemptionRequest = Pick<AuthenticationRequest, 'beforeExchange' | 'onStep' | 'signal'>;

/** What it touches. */
export type RedemptionPorts = NetworkPorts & Pick<AuthenticationPorts, 'redactor'>;

/**
 * Judges an authorization response and exchanges its code for the tokens of a session.
 *
 * @throws AuthError as `validateAuthorizationResponse` and `exchangeCode` do
 * @see RFC 6749, sections 4.1.2 and 4.1.3
 */
export async function redeemCode(
  response: URLSearchParams,
  signIn: PendingSignIn,
  { request, ports }: { readonly request: RedemptionRequest; readonly ports: RedemptionPorts },
): Promise<Session> {
  const { authorization, server, client, resource, dpop } = signIn;
  const validated = validateAuthorizationResponse({ server, client }, response, authorization.state);
  request.onStep('exchangingCode');
  await request.beforeExchange?.();
  throwIfAborted(request.signal);
  const proofs = dpop && (await createDpopProofs(dpop));
  const authority: Authority = { server, client, proofs };
  const requestedAt = ports.clock.now();
  const fetch = createOAuthFetch(ports, request.signal);
  const tokens = await exchangeCode(authority, validated, { ...authorization, resource }, fetch);
  ports.redactor.learn(tokens.id_token);
  const person = await personOf(authority, tokens, ports.log);
  const binding = dpop && proofs && { key: dpop, proofs };
  const { requested: scope } = signIn.scopes;
  return newSession({ authority, resource, scope, tokens, requestedAt, binding, person }, signIn);
}
