import { AuthError } from '../errors.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import type { Fetch } from './oauthFetch.ts';
import { register } from './registration.ts';

/** RFC 8628, section 3.4. Also stands for the redirect URI under which a client without one is kept. */
export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * Registers a client for the device grant, which redirects nowhere. Servers that know no client without a
 * redirect URI get one that nobody listens at.
 *
 * @throws AuthError as `registerClient` does
 * @see RFC 7591, section 2
 */
export async function registerDeviceClient(
  server: AuthorizationServer,
  scope: string | undefined,
  fetch: Fetch,
): Promise<ClientRegistration> {
  const grantTypes = [deviceCodeGrantType, 'refresh_token'];
  try {
    return await register(
      server,
      { scope, redirect_uris: [], response_types: [], grant_types: grantTypes },
      fetch,
    );
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'registration_refused')) {
      throw error;
    }
  }
  return await register(
    server,
    {
      scope,
      redirect_uris: ['http://localhost/callback'],
      response_types: ['code'],
      grant_types: ['authorization_code', ...grantTypes],
    },
    fetch,
  );
}
