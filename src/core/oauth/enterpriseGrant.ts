import type { TokenEndpointResponse } from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { Redactor } from '../redaction.ts';
import type { GrantTarget } from './clientCredentialsGrant.ts';
import { exchangeIdentity } from './identityAssertion.ts';
import type { Identity, IdentityProvider, IdentityRequest } from './identityProvider.ts';
import { requestByAssertion } from './jwtBearerGrant.ts';
import { createOAuthFetch, type NetworkPorts } from './oauthFetch.ts';

/** What enterprise-managed authorization touches. */
export interface EnterprisePorts extends NetworkPorts {
  readonly identityProvider: IdentityProvider;
  readonly redactor: Redactor;
}

/**
 * Enterprise-managed authorization: the user's identity provider vouches for them at the MCP server's
 * authorization server. The ID token goes to the identity provider only; what goes to the authorization server is
 * good there and nowhere else.
 *
 * @param interaction the sign-in on whose behalf the person may be asked; absent in a renewal
 * @throws AuthError `invalid_setting`, `session_expired`, `access_denied`, `client_rejected`…
 * @see https://modelcontextprotocol.io/extensions (io.modelcontextprotocol/enterprise-managed-authorization)
 */
export async function requestByIdentity(
  target: GrantTarget,
  { interaction, signal }: IdentityRequest,
  ports: EnterprisePorts,
): Promise<TokenEndpointResponse> {
  const assertion = await obtainAssertion(target, { interaction, signal }, ports);
  interaction?.onStep('requestingToken');
  return await requestByAssertion(target, assertion, createOAuthFetch(ports, signal));
}

async function obtainAssertion(
  { server, resource, scope }: GrantTarget,
  request: IdentityRequest,
  ports: EnterprisePorts,
): Promise<string> {
  const fetch = createOAuthFetch(ports.identityProvider.network, request.signal);
  const exchange = async ({ authority, idToken }: Identity) => {
    ports.redactor.learn(idToken);
    request.interaction?.onStep('exchangingIdentity');
    const target = { audience: server.issuer, resource, scope };
    const assertion = await exchangeIdentity({ authority, idToken }, target, fetch).catch((error) => {
      if (error instanceof AuthError && error.code === 'client_rejected') {
        ports.identityProvider.rejectClient();
      }
      throw error;
    });
    ports.redactor.learn(assertion);
    return assertion;
  };
  const identity = await ports.identityProvider.identity(request);
  try {
    return await exchange(identity);
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'session_expired')) {
      throw error;
    }
    ports.log.info('The identity provider no longer takes its ID token; another one is needed');
  }
  return await exchange(await ports.identityProvider.identity({ ...request, rejected: identity.idToken }));
}
