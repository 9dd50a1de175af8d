import type { Clock } from '../clock.ts';
import { AuthError, throwIfAborted } from '../errors.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import { type ClientRegistration, selectAuthMethod } from './clientRegistration.ts';
import { deviceCodeGrantType, registerDeviceClient } from './deviceClient.ts';
import { createOAuthFetch, type NetworkPorts } from './oauthFetch.ts';
import { registerClient } from './registration.ts';

/** Asks the person for what only they can know about a pre-registered client. */
export interface ClientPrompt {
  /**
   * @returns `undefined` when the person gives up; the redirect URI is what they have to register, `undefined`
   * where it has to be a client that may use device codes
   */
  askClientId(
    question: { readonly issuer: string; readonly redirectUri: string | undefined },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** @returns the empty string for a client without a secret, `undefined` when the person gives up */
  askClientSecret(
    question: { readonly issuer: string; readonly clientId: string },
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** What a client is needed for. */
export interface ClientRequest {
  readonly server: AuthorizationServer;
  /** `undefined` for the device authorization grant. */
  readonly redirectUri: string | undefined;
  readonly scope: string | undefined;
  /** `oauth.clientId` of the definition. */
  readonly clientId: string | undefined;
  /** Asks for the secret of a pre-registered client even if one is stored, because that was rejected. */
  readonly askForSecret?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** What obtaining one touches. */
export interface ClientPorts extends NetworkPorts {
  readonly prompt: ClientPrompt;
  readonly registrations: RegistrationStore;
  readonly clock: Clock;
  /** The https URL of the document that describes this client, where its user has published one. */
  readonly clientMetadataUrl?: (() => string | undefined) | undefined;
}

/**
 * The client to authenticate as (B3): pre-registered, else by its metadata document, else an earlier
 * registration for this redirect URI, else a new dynamic one, else what the person enters.
 *
 * @throws AuthError `registration_refused`, `client_required`, `cancelled`, `network`…
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (client registration approaches)
 */
export async function obtainClient(request: ClientRequest, ports: ClientPorts): Promise<ClientRegistration> {
  const { server, redirectUri, scope, clientId, signal } = request;
  if (clientId !== undefined) {
    return await preRegistered(request, clientId, ports);
  }
  const metadataUrl = ports.clientMetadataUrl?.();
  if (metadataUrl !== undefined && server.client_id_metadata_document_supported === true) {
    return { origin: 'metadataDocument', clientId: metadataUrl, tokenEndpointAuthMethod: 'none' };
  }
  const key = { issuer: server.issuer, redirectUri: redirectUri ?? deviceCodeGrantType };
  const known = await ports.registrations.find(key, ports.clock.now());
  throwIfAborted(signal);
  if (known) {
    return known;
  }
  if (server.registration_endpoint !== undefined) {
    const fetch = createOAuthFetch(ports, signal);
    return redirectUri === undefined
      ? await registerDeviceClient(server, scope, fetch)
      : await registerClient(server, { redirectUri, scope }, fetch);
  }
  const entered = await ports.prompt.askClientId({ issuer: server.issuer, redirectUri }, signal);
  throwIfAborted(signal);
  if (entered === undefined) {
    throw new AuthError(
      'client_required',
      `The authorization server ${new URL(server.issuer).host} only knows clients that were registered by hand: it needs a client ID.`,
    );
  }
  return await preRegistered(request, entered, ports);
}

async function preRegistered(
  { server, signal, askForSecret }: ClientRequest,
  clientId: string,
  { registrations, prompt }: ClientPorts,
): Promise<ClientRegistration> {
  const { issuer, token_endpoint_auth_methods_supported: methods } = server;
  let secret = askForSecret ? undefined : await registrations.findSecret({ issuer, clientId });
  throwIfAborted(signal);
  // RFC 8414, section 2: silence means client_secret_basic, which takes a secret.
  if (secret === undefined && (askForSecret || !(methods ?? ['client_secret_basic']).includes('none'))) {
    secret = await prompt.askClientSecret({ issuer, clientId }, signal);
    throwIfAborted(signal);
    if (secret === undefined) {
      throw new AuthError('cancelled', 'No client secret was entered.');
    }
    await registrations.keepSecret({ issuer, clientId }, secret);
  }
  const clientSecret = secret === '' ? undefined : secret;
  return {
    origin: 'preRegistered',
    clientId,
    clientSecret,
    tokenEndpointAuthMethod: selectAuthMethod(methods, clientSecret),
  };
}
