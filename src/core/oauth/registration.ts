import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { requestOptions } from './clientAuthentication.ts';
import {
  type ClientRegistration,
  selectAuthMethod,
  type TokenEndpointAuthMethod,
} from './clientRegistration.ts';
import { toAuthError } from './oauthErrors.ts';
import type { Fetch } from './oauthFetch.ts';

/** What this client is called on the consent page. */
export const clientName = 'MCP Auth for VS Code';

/** What differs from registration to registration, as it is on the wire. */
export interface RegistrationMetadata {
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly scope: string | undefined;
}

/**
 * Registers a client for one redirect URI, since one that a server refuses refuses them all, and for scopes
 * beyond which some servers refuse it any.
 *
 * @throws AuthError `registration_refused` with the server's reason, `server_error`, `network`…
 * @see RFC 7591, section 3
 */
export async function registerClient(
  server: AuthorizationServer,
  { redirectUri, scope }: { readonly redirectUri: string; readonly scope: string | undefined },
  fetch: Fetch,
): Promise<ClientRegistration> {
  return await register(
    server,
    {
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope,
    },
    fetch,
  );
}

/** Registers a public, native client. @throws AuthError as {@link registerClient} does */
export async function register(
  server: AuthorizationServer,
  { redirect_uris, grant_types, response_types, scope }: RegistrationMetadata,
  fetch: Fetch,
): Promise<ClientRegistration> {
  const metadata = {
    client_name: clientName,
    redirect_uris: [...redirect_uris],
    grant_types: [...grant_types],
    response_types: [...response_types],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    ...(scope === undefined ? {} : { scope }),
  };
  const options = requestOptions(fetch);
  const response = await oauth.dynamicClientRegistrationRequest(server, metadata, options);
  try {
    return toRegistration(await oauth.processDynamicClientRegistrationResponse(await tolerated(response)));
  } catch (error) {
    const failure = toAuthError(error, `The authorization server ${new URL(server.issuer).host}`);
    if (!isRefusal(failure, response.status)) {
      throw failure;
    }
    throw new AuthError(
      'registration_refused',
      `${failure.message.slice(0, -1)} when asked to register this editor.`,
      {
        cause: error,
      },
    );
  }
}

/** With these a server has understood what was asked, and says no: not always as RFC 7591, section 3.2.2, has it. */
const refusals = [400, 401, 403, 422];

/** Some say it to people, in a page or in plain text. */
function isRefusal({ code }: AuthError, status: number): boolean {
  return code === 'authorization_refused' || (code === 'invalid_response' && refusals.includes(status));
}

/**
 * Corrects what servers in the field do other than RFC 7591 says: they answer 200 instead of 201, grant an
 * empty secret, or do not say when a secret expires.
 */
async function tolerated(response: Response): Promise<Response> {
  if (response.status !== 200 && response.status !== 201) {
    return response;
  }
  const text = await response.text();
  let body = text;
  try {
    const {
      client_secret: secret,
      client_secret_expires_at: expiry,
      ...metadata
    } = JSON.parse(text) as {
      readonly [name: string]: unknown;
    };
    const granted = secret ? { client_secret: secret, client_secret_expires_at: expiry ?? 0 } : {};
    body = JSON.stringify({ ...metadata, ...granted });
  } catch {
    // Left as it is, for the response to be refused.
  }
  return new Response(body, { status: 201, headers: response.headers });
}

function toRegistration(metadata: oauth.OmitSymbolProperties<oauth.Client>): ClientRegistration {
  const secret = typeof metadata.client_secret === 'string' ? metadata.client_secret : undefined;
  const expires = Number(metadata.client_secret_expires_at ?? 0);
  return {
    origin: 'dynamic',
    clientId: metadata.client_id,
    clientSecret: secret,
    tokenEndpointAuthMethod: grantedMethod(metadata.token_endpoint_auth_method, secret),
    secretExpiresAt: secret !== undefined && expires > 0 ? expires * 1000 : undefined,
  };
}

/** The server may have chosen another method than the one asked for (RFC 7591, section 3.2.1). */
function grantedMethod(method: unknown, secret: string | undefined): TokenEndpointAuthMethod {
  if (method === 'none' || method === 'client_secret_basic' || method === 'client_secret_post') {
    return method;
  }
  return selectAuthMethod(undefined, secret);
}
