import * as oauth from 'oauth4webapi';
import type { ClientRegistration } from './clientRegistration.ts';
import type { Fetch } from './oauthFetch.ts';
import { importSigningKey } from './signingKey.ts';

/** The client as oauth4webapi wants it. */
export function toOAuthClient({ clientId }: ClientRegistration): oauth.Client {
  return { client_id: clientId };
}

/** @see RFC 6749, section 2.3; RFC 7523, section 2.2 */
export function clientAuthentication(client: ClientRegistration): oauth.ClientAuth {
  const { origin, clientSecret, privateKey, tokenEndpointAuthMethod } = client;
  if (origin === 'workload') {
    // RFC 7521, section 4.1: the assertion of the grant says who this is.
    return () => undefined;
  }
  if (privateKey !== undefined && tokenEndpointAuthMethod === 'private_key_jwt') {
    return privateKeyJwt(privateKey);
  }
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

/** The key is imported with each use: registrations are stored as text. */
function privateKeyJwt(privateKey: string): oauth.ClientAuth {
  return async (server, client, body, headers) => {
    const supported: unknown = server.token_endpoint_auth_signing_alg_values_supported;
    const { key, keyId, algorithm } = await importSigningKey(
      privateKey,
      Array.isArray(supported) ? supported : undefined,
    );
    const authenticate = oauth.PrivateKeyJwt(
      { key, ...(keyId === undefined ? {} : { kid: keyId }) },
      {
        [oauth.modifyAssertion](header) {
          header.alg = algorithm;
        },
      },
    );
    await authenticate(server, client, body, headers);
  };
}

/** Options that make oauth4webapi send through {@link Fetch}, whose own rule about http is the stricter one. */
export function requestOptions(fetch: Fetch): {
  [oauth.customFetch]: Fetch;
  [oauth.allowInsecureRequests]: true;
} {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: true };
}
