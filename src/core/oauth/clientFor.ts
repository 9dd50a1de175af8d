import { canonicalServerUrl } from '../serverUrl.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import { clientSecrets } from './clientSecrets.ts';
import type { Prepared } from './codeGrant.ts';
import { obtainClient } from './obtainClient.ts';

/**
 * The client of a sign-in by a person, as the definition wants it; the redactor knows its secrets.
 *
 * @param prepared.redirectUri `undefined` for the device authorization grant
 * @throws AuthError as `obtainClient` does
 */
export async function clientFor(
  prepared: Prepared & { readonly redirectUri: string | undefined },
  { serverUrl, oauth, askForSecret, signal }: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<ClientRegistration> {
  const { authorizationServer: server, known, scopes, redirectUri } = prepared;
  const client = await obtainClient(
    {
      server,
      known,
      serverUrl: canonicalServerUrl(serverUrl),
      redirectUri,
      scopes,
      clientId: oauth?.clientId,
      tokenEndpointAuthMethod: oauth?.tokenEndpointAuthMethod,
      askForSecret,
      signal,
    },
    ports,
  );
  for (const secret of clientSecrets(client)) {
    ports.redactor.learn(secret);
  }
  return client;
}
