import type { Clock } from '../clock.ts';
import { AuthError, throwIfAborted } from '../errors.ts';
import { quote } from '../quote.ts';
import {
  findPreRegistered,
  findRegistration,
  type KnownIssuer,
  registeredScope,
} from '../session/knownIssuer.ts';
import type { RegistrationStore } from '../session/registrationStore.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import type { ChosenScopes } from './chooseScope.ts';
import { isPublishable } from './clientMetadataDocument.ts';
import type { ClientRegistration, TokenEndpointAuthMethod } from './clientRegistration.ts';
import { deviceCodeGrantType, registerDeviceClient } from './deviceClient.ts';
import { usableMetadataDocument } from './metadataDocumentClient.ts';
import { createOAuthFetch, type NetworkPorts } from './oauthFetch.ts';
import { preRegisteredClient } from './preRegisteredClient.ts';
import { registerClient } from './registration.ts';
import { unionScopes } from './scope.ts';

/** Asks the person for what only they can know about a pre-registered client. */
export interface ClientPrompt {
  /**
   * @param question.redirectUri what the person has to register; `undefined` where it is to be a client that may
   * use device codes
   * @param question.previous what they entered last time
   * @returns `undefined` when the person gives up
   */
  askClientId(
    question: {
      readonly issuer: string;
      readonly redirectUri: string | undefined;
      readonly previous?: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** @returns the empty string for a client without a secret, `undefined` when the person gives up */
  askClientSecret(
    question: { readonly issuer: string; readonly clientId: string },
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /**
   * @param question.check throws an AuthError whose sentence says why a key cannot be used
   * @returns PEM (PKCS#8) or JWK text, `undefined` when the person gives up
   */
  askPrivateKey(
    question: {
      readonly issuer: string;
      readonly clientId: string;
      readonly check: (privateKey: string) => Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** What a client is needed for. */
export interface ClientRequest {
  readonly server: AuthorizationServer;
  /** What is remembered of that server. */
  readonly known: KnownIssuer;
  /** Canonical URL of the MCP server. */
  readonly serverUrl: string;
  /** `undefined` for the device authorization grant. */
  readonly redirectUri: string | undefined;
  readonly scopes: ChosenScopes;
  /** `oauth.clientId` of the definition. */
  readonly clientId: string | undefined;
  /** `oauth.tokenEndpointAuthMethod` of the definition. */
  readonly tokenEndpointAuthMethod?: TokenEndpointAuthMethod | undefined;
  /** Asks anew for what the person once entered, because it was rejected. */
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
 * registration for this redirect URI and these scopes, else a new dynamic one, else what the person enters.
 * What is entered is for the caller to keep, once it has proved right.
 *
 * @throws AuthError `registration_refused`, `client_required`, `issuer_changed`, `cancelled`, `network`…
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (client registration approaches)
 */
export async function obtainClient(request: ClientRequest, ports: ClientPorts): Promise<ClientRegistration> {
  const { server, known, redirectUri, scopes, clientId, signal } = request;
  if (clientId !== undefined) {
    await assertSameIssuer(request, clientId, ports);
    return await preRegisteredClient({ ...request, clientId }, ports);
  }
  const document = usableMetadataDocument(server, known, ports.clientMetadataUrl?.());
  const canRegister = server.registration_endpoint !== undefined;
  const fits = redirectUri === undefined || isPublishable(redirectUri);
  if (document !== undefined && (fits || !canRegister)) {
    return { origin: 'metadataDocument', clientId: document, tokenEndpointAuthMethod: 'none' };
  }
  const use = redirectUri ?? deviceCodeGrantType;
  // Where there is no way to make another registration, the one that there is will have to do.
  const wanted = { redirectUri: use, scope: canRegister ? scopes.requested : undefined };
  const found = findRegistration(known, wanted, ports.clock.now());
  if (found) {
    return found;
  }
  if (canRegister) {
    // Another MCP server of this issuer may still want the scopes of before.
    const scope = unionScopes(registeredScope(known, use), scopes.registered);
    const fetch = createOAuthFetch(ports, signal);
    return redirectUri === undefined
      ? await registerDeviceClient(server, scope, fetch)
      : await registerClient(server, { redirectUri, scope }, fetch);
  }
  const entered = await enteredClientId(request, ports);
  return await preRegisteredClient({ ...request, clientId: entered }, ports);
}

/**
 * A client that was registered by hand belongs to the authorization server that it was registered at. A server
 * that names another one all of a sudden is not given it.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (authorization server binding)
 */
export async function assertSameIssuer(
  { server, known, serverUrl, signal }: Pick<ClientRequest, 'known' | 'server' | 'serverUrl' | 'signal'>,
  clientId: string,
  { registrations }: Pick<ClientPorts, 'registrations'>,
): Promise<void> {
  if (findPreRegistered(known, clientId)) {
    return;
  }
  const former = (await registrations.list()).find(
    (one) =>
      one.issuer !== server.issuer &&
      one.servers?.includes(serverUrl) &&
      findPreRegistered(one, clientId) !== undefined,
  );
  throwIfAborted(signal);
  if (former) {
    const [now, before] = [server.issuer, former.issuer].map(quote);
    throw new AuthError(
      'issuer_changed',
      `This server now signs in at ${now}, but its client ID belongs to ${before}, and is not sent elsewhere. If that is as it should be, clear the client registration of ${before}.`,
    );
  }
}

async function enteredClientId(
  { server, known, redirectUri, askForSecret, signal }: ClientRequest,
  { prompt, registrations, log }: ClientPorts,
): Promise<string> {
  const { issuer } = server;
  const { entered } = known;
  if (entered?.isProven && !askForSecret) {
    return entered.clientId;
  }
  const previous = entered && { previous: entered.clientId };
  const clientId = await prompt.askClientId({ issuer, redirectUri, ...previous }, signal);
  throwIfAborted(signal);
  if (clientId === undefined) {
    throw new AuthError(
      'client_required',
      `The authorization server ${new URL(issuer).host} only knows clients that were registered by hand: it needs a client ID.`,
    );
  }
  try {
    await registrations.rememberEntered(issuer, clientId);
  } catch (reason) {
    // Costs typing it again, if this sign-in fails.
    log.warn('The client ID could not be saved', { reason });
  }
  return clientId;
}
