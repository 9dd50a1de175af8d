import * as oauth from 'oauth4webapi';
import type { ClientRegistration } from './clientRegistration.ts';
import type { Fetch } from './oauthFetch.ts';

/** The client as oauth4webapi wants it. */
export function toOAuthClient({ clientId }: ClientRegistration): oauth.Client {
  return { client_id: clientId };
}

/** @see RFC 6749, section 2.3 */
export function clientAuthentication(client: ClientRegistration): oauth.ClientAuth {
  const { clientSecret, tokenEndpointAuthMethod } = client;
  if (clientSecret === undefined || tokenEndpointAuthMethod === 'none') {
    return oauth.None();
  }
  return tokenEndpointAuthMethod === 'client_secret_post'
    ? oauth.ClientSecretPost(clientSecret)
    : clientSecretBasic(clientSecret);
}

/**
 * HTTP Basic as RFC 6749, section 2.3.1, has it: both parts form-encoded. oauth4webapi also encodes what forms
 * leave alone (`-`, `.`, `_`), which is as right, but unreadable to the many servers that do not decode.
 */
function clientSecretBasic(clientSecret: string): oauth.ClientAuth {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  return (_server, { client_id: clientId }, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`);
  };
}

/** Options that make oauth4webapi send through {@link Fetch}, whose own rule about http is the stricter one. */
export function requestOptions(fetch: Fetch): {
  [oauth.customFetch]: Fetch;
  [oauth.allowInsecureRequests]: true;
} {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true };
}
