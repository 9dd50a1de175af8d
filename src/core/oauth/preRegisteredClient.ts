import { AuthError, throwIfAborted } from '../errors.ts';
import { findPreRegistered, type KnownIssuer } from '../session/knownIssuer.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import {
  type ClientRegistration,
  selectAuthMethod,
  type TokenEndpointAuthMethod,
} from './clientRegistration.ts';
import type { ClientPrompt } from './obtainClient.ts';
import { importSigningKey } from './signingKey.ts';

/** A client that was registered by hand, and what is asked of it. */
export interface PreRegisteredRequest {
  readonly server: AuthorizationServer;
  /** What is remembered of that server. */
  readonly known: KnownIssuer;
  readonly clientId: string;
  /** `oauth.tokenEndpointAuthMethod` of the definition. */
  readonly tokenEndpointAuthMethod?: TokenEndpointAuthMethod | undefined;
  /** Asks for the secret or key even if one is stored, because that was rejected. */
  readonly askForSecret?: boolean | undefined;
  /** The grant is for clients that prove themselves: without a secret or key it is no use to go on. */
  readonly mustAuthenticate?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** What obtaining its credential touches. */
export interface PreRegisteredPorts {
  readonly prompt: ClientPrompt;
}

/**
 * The client with its secret or private key, which the person is asked for once per issuer and client ID. What is
 * entered is for the caller to keep, once it has proved right.
 *
 * @throws AuthError `invalid_definition` for a method that the server does not offer, `client_required` for a
 * key that cannot be used, `cancelled`
 */
export async function preRegisteredClient(
  request: PreRegisteredRequest,
  ports: PreRegisteredPorts,
): Promise<ClientRegistration> {
  const { server, clientId, tokenEndpointAuthMethod: configured } = request;
  const offered = offeredMethods(server);
  assertOffered(configured, offered, server);
  if (configured === 'none') {
    return { origin: 'preRegistered', clientId, tokenEndpointAuthMethod: 'none' };
  }
  if (configured === 'private_key_jwt' || (configured === undefined && takesKeysOnly(offered))) {
    const privateKey = await obtainPrivateKey(request, ports);
    return { origin: 'preRegistered', clientId, privateKey, tokenEndpointAuthMethod: 'private_key_jwt' };
  }
  const clientSecret = await obtainSecret(request, offered, ports);
  return {
    origin: 'preRegistered',
    clientId,
    clientSecret,
    tokenEndpointAuthMethod: configured ?? selectAuthMethod(offered, clientSecret),
  };
}

function offeredMethods({
  token_endpoint_auth_methods_supported: methods,
}: AuthorizationServer): readonly string[] | undefined {
  const offered: unknown = methods;
  return Array.isArray(offered) ? offered : undefined;
}

/** A server that names no methods may support any. */
function assertOffered(
  configured: TokenEndpointAuthMethod | undefined,
  offered: readonly string[] | undefined,
  { issuer }: AuthorizationServer,
): void {
  if (configured !== undefined && offered && !offered.includes(configured)) {
    throw new AuthError(
      'invalid_definition',
      `The authorization server ${new URL(issuer).host} does not offer the "tokenEndpointAuthMethod" of the definition (${JSON.stringify(configured)}).`,
    );
  }
}

/** Whether a private key is the only thing that a client could prove itself with here. */
function takesKeysOnly(offered: readonly string[] | undefined): boolean {
  const others = ['none', 'client_secret_basic', 'client_secret_post'];
  return offered?.includes('private_key_jwt') === true && !others.some((method) => offered.includes(method));
}

/** What the person entered before; not what was rejected since, or has never led to a session. */
function remembered({ known, clientId, askForSecret }: PreRegisteredRequest) {
  const isDoubted = askForSecret || (known.entered?.clientId === clientId && !known.entered.isProven);
  return isDoubted ? undefined : findPreRegistered(known, clientId);
}

async function obtainPrivateKey(
  request: PreRegisteredRequest,
  { prompt }: PreRegisteredPorts,
): Promise<string> {
  const { server, clientId, signal } = request;
  const { issuer } = server;
  const algorithms: unknown = server.token_endpoint_auth_signing_alg_values_supported;
  const check = async (text: string) => {
    await importSigningKey(text, Array.isArray(algorithms) ? algorithms : undefined);
  };
  const known = remembered(request)?.privateKey;
  if (known !== undefined) {
    await check(known);
    return known;
  }
  const entered = await prompt.askPrivateKey({ issuer, clientId, check }, signal);
  throwIfAborted(signal);
  if (entered === undefined) {
    throw new AuthError('cancelled', 'No private key was entered.');
  }
  await check(entered);
  return entered;
}

async function obtainSecret(
  request: PreRegisteredRequest,
  offered: readonly string[] | undefined,
  { prompt }: PreRegisteredPorts,
): Promise<string | undefined> {
  const { server, clientId, askForSecret, mustAuthenticate, tokenEndpointAuthMethod, signal } = request;
  const { issuer } = server;
  const isRequired = mustAuthenticate === true || tokenEndpointAuthMethod !== undefined;
  const found = remembered(request);
  // Of a client that has a key, it is not known that it has no secret.
  const stored = found?.privateKey === undefined ? found?.clientSecret : undefined;
  const known = stored === '' && isRequired ? undefined : stored;
  // RFC 8414, section 2: silence means client_secret_basic, which takes a secret.
  const isExpected = isRequired || askForSecret || !(offered ?? ['client_secret_basic']).includes('none');
  if (known !== undefined || !isExpected) {
    return known === '' ? undefined : known;
  }
  const entered = await prompt.askClientSecret({ issuer, clientId }, signal);
  throwIfAborted(signal);
  if (entered === undefined) {
    throw new AuthError('cancelled', 'No client secret was entered.');
  }
  if (entered === '' && isRequired) {
    throw new AuthError('client_required', 'This client needs a secret, and none was entered.');
  }
  return entered === '' ? undefined : entered;
}
