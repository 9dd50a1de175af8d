import * as oauth from 'oauth4webapi';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import type { Fetch } from './oauthFetch.ts';
import { type Authority, essentials, processed, proving } from './token.ts';

/** What the token request of a grant is made from: the same at the sign-in and at each renewal. */
export interface GrantTarget extends Authority {
  /** RFC 8707. */
  readonly resource: string;
  /** Space-separated; `undefined` to ask for none. */
  readonly scope: string | undefined;
}

/**
 * Asks for an access token as the client itself.
 *
 * @throws AuthError `client_rejected`, `authorization_refused`, `server_error`, `network`…
 * @see RFC 6749, section 4.4; MCP extension io.modelcontextprotocol/oauth-client-credentials
 */
export async function requestByClientCredentials(
  target: GrantTarget,
  fetch: Fetch,
): Promise<oauth.TokenEndpointResponse> {
  const { server, client, proofs, resource, scope } = target;
  return processed(target, async () => {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      { resource, ...(scope === undefined ? {} : { scope }) },
      { ...requestOptions(fetch), ...proving(proofs) },
    );
    return oauth.processClientCredentialsResponse(server, toOAuthClient(client), await essentials(response));
  });
}
