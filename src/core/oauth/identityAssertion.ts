import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { clientAuthentication, requestOptions, toOAuthClient } from './clientAuthentication.ts';
import type { Identity } from './identityProvider.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';
import { essentials } from './token.ts';

const idToken = 'urn:ietf:params:oauth:token-type:id_token';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** Whom an identity assertion is for. */
export interface AssertionTarget {
  /** The issuer of the MCP server's authorization server. */
  readonly audience: string;
  /** The MCP server, as in RFC 8707. */
  readonly resource: string;
  readonly scope: string | undefined;
}

/**
 * Exchanges an ID token at its identity provider for an ID-JAG: an assertion of the user's identity that is good
 * at one authorization server, for one MCP server.
 *
 * @returns the ID-JAG, a secret
 * @throws AuthError `session_expired` when the ID token is no longer taken, `access_denied` when the policy of the
 * identity provider forbids it, `client_rejected`, `invalid_response`, `server_error`, `network`…
 * @see RFC 8693, section 2; draft-ietf-oauth-identity-assertion-authz-grant, section 4.3
 */
export async function exchangeIdentity(
  { authority: { server, client }, idToken: subjectToken }: Identity,
  { audience, resource, scope }: AssertionTarget,
  fetch: Fetch,
): Promise<string> {
  const who = `The identity provider ${new URL(server.issuer).host}`;
  let answer: oauth.TokenEndpointResponse;
  try {
    const response = await oauth.genericTokenEndpointRequest(
      server,
      toOAuthClient(client),
      clientAuthentication(client),
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        requested_token_type: idJag,
        audience,
        resource,
        subject_token: subjectToken,
        subject_token_type: idToken,
        ...(scope === undefined ? {} : { scope }),
      },
      requestOptions(fetch),
    );
    answer = await oauth.processGenericTokenEndpointResponse(
      server,
      toOAuthClient(client),
      await essentials(response),
      // RFC 8693, section 2.2.1: what is issued is no access token, so that it has no type as one.
      { recognizedTokenTypes: { n_a: () => undefined } },
    );
  } catch (error) {
    throw toAuthError(error, who, {
      invalid_grant: 'session_expired',
      access_denied: 'access_denied',
      invalid_target: 'access_denied',
      unauthorized_client: 'access_denied',
      invalid_client: 'client_rejected',
    });
  }
  if (answer.token_type !== 'n_a' || answer.issued_token_type !== idJag) {
    throw new AuthError('invalid_response', `${who} gave a token of a kind that was not asked for.`);
  }
  return answer.access_token;
}
