import { AuthError, throwIfAborted } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { Session } from '../session/session.ts';
import { askPerson } from './askPerson.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { type AuthorizationRequest, createAuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import type { Discovered } from './discovery.ts';
import { createOAuthFetch } from './oauthFetch.ts';
import { obtainClient } from './obtainClient.ts';
import { dropRejectedClient, keepProvenClient } from './provenClient.ts';
import { provenKind, type RedirectKind } from './redirect.ts';
import { rememberedMetadata } from './rememberedDiscovery.ts';
import { selectScope, unionScopes } from './scope.ts';
import { type Authority, exchangeCode, validateAuthorizationResponse } from './token.ts';
import { toTokenSet } from './tokenSet.ts';

/**
 * Runs the authorization code grant by one kind of redirect. A registration from before that the server no
 * longer knows is dropped and redone, once, since there is none from before then.
 *
 * @throws AuthError as `authenticate` does
 * @see RFC 6749, section 4.1
 */
export async function runCodeGrant(
  kind: RedirectKind,
  discovered: Discovered,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server } = discovered;
  const { oauth, askForSecret, signal } = request;
  const scope = unionScopes(selectScope(oauth?.scopes, discovered), request.additionalScope);
  const resource = discovered.protectedResource?.resource ?? canonicalServerUrl(request.serverUrl);
  const preferred = await ports.registrations.loopbackPort(server.issuer);
  const redirect = await ports.redirects[kind].open({ fixed: oauth?.callbackPort, preferred });
  try {
    throwIfAborted(signal);
    const { redirectUri } = redirect;
    const client = await obtainClient(
      { server, redirectUri, scope, clientId: oauth?.clientId, askForSecret, signal },
      ports,
    );
    const { clientId } = client;
    const authorization = await createAuthorizationRequest(server, {
      clientId,
      redirectUri,
      scope,
      resource,
    });
    for (const secret of [authorization.state, authorization.codeVerifier, client.clientSecret]) {
      ports.redactor.learn(secret);
    }
    const { response, isPasted } = await askPerson({ authorization, server, kind }, request, ports);
    ports.redactor.learn(response.get('code') ?? undefined);
    const session = await redeem(
      response,
      { authorization, server, client, resource, request, scope },
      ports,
    );
    await keepProvenClient({ server, client, redirectUri, redirectKind: provenKind(kind, isPasted) }, ports);
    return session;
  } catch (error) {
    if (!(error instanceof StaleClientError)) {
      throw error;
    }
  } finally {
    redirect.dispose();
  }
  ports.log.info('The server has forgotten this editor, which introduces itself anew');
  request.onStep('registering');
  return await runCodeGrant(kind, discovered, request, ports);
}

/** A registration from before was rejected, and is dropped. */
class StaleClientError extends AuthError {}

interface Redemption {
  readonly authorization: AuthorizationRequest;
  readonly server: AuthorizationServer;
  readonly client: ClientRegistration;
  readonly resource: string;
  readonly scope: string | undefined;
  readonly request: AuthenticationRequest;
}

async function redeem(
  response: URLSearchParams,
  { authorization, server, client, resource, scope, request }: Redemption,
  ports: AuthenticationPorts,
): Promise<Session> {
  const authority: Authority = { server, client };
  const validated = validateAuthorizationResponse(authority, response, authorization.state);
  request.onStep('exchangingCode');
  const requestedAt = ports.clock.now();
  const fetch = createOAuthFetch(ports, request.signal);
  const tokens = await exchangeCode(authority, validated, { ...authorization, resource }, fetch).catch(
    async (error) => {
      throw (await dropRejectedClient(error, authority, ports))
        ? new StaleClientError('client_rejected', 'The registration of this editor has expired.', {
            cause: error,
          })
        : error;
    },
  );
  return {
    serverUrl: canonicalServerUrl(request.serverUrl),
    resource,
    authorizationServer: rememberedMetadata(server),
    client,
    requestedScope: scope,
    tokens: toTokenSet(tokens, requestedAt),
    createdAt: requestedAt,
  };
}
