import type { TokenEndpointResponse } from 'oauth4webapi';
import { type GrantTarget, requestByClientCredentials } from './clientCredentialsGrant.ts';
import { type EnterprisePorts, requestByIdentity } from './enterpriseGrant.ts';
import type { RepeatableGrant } from './grant.ts';
import type { IdentityRequest } from './identityProvider.ts';
import { requestByAssertion } from './jwtBearerGrant.ts';
import { createOAuthFetch } from './oauthFetch.ts';
import type { WorkloadIdentities } from './workloadIdentity.ts';

/** What any of the repeatable grants touches. */
export interface RepeatPorts extends EnterprisePorts {
  readonly workloads: WorkloadIdentities;
}

/**
 * Asks for tokens by a repeatable grant: at the sign-in, and whenever the access token has expired.
 *
 * @throws AuthError the grant's own
 */
export async function repeatGrant(
  grant: RepeatableGrant,
  { target, ...request }: IdentityRequest & { readonly target: GrantTarget },
  ports: RepeatPorts,
): Promise<TokenEndpointResponse> {
  const fetch = createOAuthFetch(ports, request.signal);
  switch (grant) {
    case 'clientCredentials':
      request.interaction?.onStep('requestingToken');
      return await requestByClientCredentials(target, fetch);
    case 'enterprise':
      return await requestByIdentity(target, request, ports);
    case 'workload':
      request.interaction?.onStep('requestingToken');
      return await requestByAssertion(target, await ports.workloads.assertion(target.server.issuer), fetch);
  }
}
