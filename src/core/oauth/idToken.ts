import * as oauth from 'oauth4webapi';
import type { Log } from '../log.ts';
import { toOAuthClient } from './clientAuthentication.ts';
import { type Person, toPerson } from './person.ts';
import type { Authority } from './token.ts';

/**
 * Who an ID token is about. It is judged apart from the tokens that it came with: whatever is wrong with it means
 * only that nothing is known of the person. Never throws.
 *
 * @param tokens as `exchangeCode` gives them
 * @see OpenID Connect Core 1.0, section 3.1.3.7
 */
export async function personOf(
  { server, client }: Authority,
  { id_token }: Pick<oauth.TokenEndpointResponse, 'id_token'>,
  log: Log,
): Promise<Person | undefined> {
  if (id_token === undefined) {
    return undefined;
  }
  try {
    // What oauth4webapi validates is a whole response; the rest of this one is made up.
    const response = Response.json({ access_token: '-', token_type: 'bearer', id_token });
    const answer = await oauth.processAuthorizationCodeResponse(server, toOAuthClient(client), response);
    const claims = oauth.getValidatedIdTokenClaims(answer);
    return claims && toPerson(claims);
  } catch (reason) {
    log.info('The ID token is not valid, and says nothing', { reason });
    return undefined;
  }
}
