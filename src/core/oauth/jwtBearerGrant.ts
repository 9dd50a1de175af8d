import * as oauth from 'oauth4webapi';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import type { GrantTarget } from './clientCredentialsGrant.ts';
import { grantTypes } from './grant.ts';
import type { Fetch } from './oauthFetch.ts';
import { type Authority, essentials, processed, proving } from './token.ts';

/**
 * Asks for an access token with a JWT that somebody whom the authorization server trusts has signed. A refusal is
 * final: the same assertion is not sent twice, nor another grant tried.
 *
 * @throws AuthError `client_rejected`, `authorization_refused`, `server_error`, `network`…
 * @see RFC 7523, section 2.1
 */
export async function requestByAssertion(
  target: GrantTarget,
  assertion: string,
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  const { server, client, proofs, resource, scope } = target;
  const send = async () => {
    const response = await oauth.genericTokenEndpointRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      grantTypes.workload,
      { assertion, resource, ...(scope === undefined ? {} : { scope }) },
      { ...requestOptions(fetch), ...proving(proofs) },
    );
    return oauth.processGenericTokenEndpointResponse(
      server,
      toOAuthClient(client),
      await essentials(response),
    );
  };
  return processed(target, send, refusals(target));
}

/** Where there is no secret, none can be entered in place of one that was rejected. */
function refusals({ client }: Authority): Parameters<typeof processed>[2] {
  return client.tokenEndpointAuthMethod === 'none'
    ? { invalid_client: 'authorization_refused', unauthorized_client: 'authorization_refused' }
    : { unauthorized_client: 'authorization_refused' };
}
