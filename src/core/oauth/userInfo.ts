import * as oauth from 'oauth4webapi';
import { grantedScope, type Session } from '../session/session.ts';
import { toOAuthClient } from './clientAuthentication.ts';
import { createDpopProofs } from './dpopProofs.ts';
import type { Fetch } from './oauthFetch.ts';
import { type Person, toPerson } from './person.ts';
import { splitScopes } from './scope.ts';
import { proving } from './token.ts';

/** Whether the authorization server of a session can be asked whose it is, and would know more than we do. */
export function canAskUserInfo(session: Session): boolean {
  const { authorizationServer, account, grant } = session;
  return (
    grant === undefined &&
    authorizationServer.userinfo_endpoint !== undefined &&
    splitScopes(grantedScope(session)).includes('openid') &&
    (account.subject === undefined || account.name === undefined)
  );
}

/**
 * Asks the authorization server whose session it is. Where the subject is known already, an answer about another one
 * is refused.
 *
 * @throws AuthError, or what oauth4webapi throws
 * @see OpenID Connect Core 1.0, section 5.3
 */
export async function askUserInfo(session: Session, fetch: Fetch): Promise<Person> {
  const { authorizationServer: server, account, tokens } = session;
  const client = toOAuthClient(session.client);
  const proofs = session.dpop && (await createDpopProofs(session.dpop));
  const send = async () => {
    const options: oauth.UserInfoRequestOptions = {
      ...proving(proofs),
      // Redirects are not followed with the token.
      [oauth.customFetch]: (url, { method, headers }) => fetch(url, { method, headers, redirect: 'manual' }),
      // The caller's rule about http is the stricter one.
      [oauth.allowInsecureRequests]: true,
    };
    const response = await oauth.userInfoRequest(server, client, tokens.accessToken, options);
    const expected = account.subject ?? oauth.skipSubjectCheck;
    return await oauth.processUserInfoResponse(server, client, expected, response);
  };
  const endpoint = new URL(server.userinfo_endpoint ?? server.issuer);
  return toPerson(proofs ? await proofs.attempt(endpoint, send) : await send());
}
