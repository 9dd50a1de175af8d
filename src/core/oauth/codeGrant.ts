import { AuthError, throwIfAborted } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import { type KnownIssuer, registeredLoopbackPort } from '../session/knownIssuer.ts';
import type { Session } from '../session/session.ts';
import { askPerson } from './askPerson.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { type AuthorizationRequest, createAuthorizationRequest } from './authorizationRequest.ts';
import type { ChosenScopes } from './chooseScope.ts';
import { clientSecrets } from './clientSecrets.ts';
import type { Discovered } from './discovery.ts';
import { bindTokens, type TokenBinding } from './dpopBinding.ts';
import { advertisesDpop } from './dpopPolicy.ts';
import { usableMetadataDocument } from './metadataDocumentClient.ts';
import { createOAuthFetch } from './oauthFetch.ts';
import { obtainClient } from './obtainClient.ts';
import {
  doubtUnansweredClient,
  dropRejectedClient,
  type KnownAuthority,
  keepProvenClient,
} from './provenClient.ts';
import { provenKind, type RedirectKind } from './redirect.ts';
import { rememberedMetadata } from './rememberedDiscovery.ts';
import { type Authority, exchangeCode, validateAuthorizationResponse } from './token.ts';
import { toTokenSet } from './tokenSet.ts';

/** All that is decided before a redirect is opened. */
export interface Prepared extends Discovered {
  readonly known: KnownIssuer;
  readonly scopes: ChosenScopes;
}

/**
 * Runs the authorization code grant by one kind of redirect. A registration from before that the server no
 * longer knows is dropped and redone, once, since there is none from before then; so is a metadata document
 * that it refuses.
 *
 * @throws AuthError as `authenticate` does
 * @see RFC 6749, section 4.1
 */
export async function runCodeGrant(
  kind: RedirectKind,
  prepared: Prepared,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server, known, scopes } = prepared;
  const { oauth, askForSecret, signal } = request;
  const serverUrl = canonicalServerUrl(request.serverUrl);
  const resource = prepared.protectedResource?.resource ?? serverUrl;
  const binding = await bindTokens(oauth?.dpop === true, prepared);
  const redirect = await ports.redirects[kind].open({
    fixed: oauth?.callbackPort,
    preferred: registeredLoopbackPort(known),
    // What is written down, in a document or in a form, is written once for all windows.
    isPublished:
      oauth?.clientId !== undefined ||
      server.registration_endpoint === undefined ||
      usableMetadataDocument(server, known, ports.clientMetadataUrl?.()) !== undefined,
  });
  let rejected: RejectedClientError;
  try {
    throwIfAborted(signal);
    const { redirectUri } = redirect;
    const client = await obtainClient(
      {
        server,
        known,
        serverUrl,
        redirectUri,
        scopes,
        clientId: oauth?.clientId,
        tokenEndpointAuthMethod: oauth?.tokenEndpointAuthMethod,
        askForSecret,
        signal,
      },
      ports,
    );
    const { clientId } = client;
    const authorization = await createAuthorizationRequest(server, {
      clientId,
      redirectUri,
      scope: scopes.requested,
      resource,
      dpopThumbprint: binding && advertisesDpop(prepared) ? await binding.proofs.thumbprint() : undefined,
    });
    for (const secret of [authorization.state, authorization.codeVerifier, ...clientSecrets(client)]) {
      ports.redactor.learn(secret);
    }
    const authority = { server, client, known };
    const question = { authorization, server, kind };
    const { response, isPasted } = await askPerson(question, request, ports).catch(async (error) => {
      await (isUnanswered(error, signal) && doubtUnansweredClient(authority, ports));
      throw error;
    });
    ports.redactor.learn(response.get('code') ?? undefined);
    const session = await redeem(
      response,
      { authorization, authority, resource, request, scope: scopes.requested, binding },
      ports,
    );
    const redirectKind = provenKind(kind, isPasted);
    const proven = { issuer: server.issuer, redirectUri, redirectKind, serverUrl };
    await keepProvenClient({ ...proven, scope: scopes.registered }, client, ports);
    return session;
  } catch (error) {
    if (!(error instanceof RejectedClientError)) {
      throw error;
    }
    rejected = error;
  } finally {
    redirect.dispose();
  }
  ports.log.info('The server does not know this editor (any more), which introduces itself anew', {
    reason: rejected,
  });
  request.onStep('registering');
  return await runCodeGrant(kind, { ...prepared, known: rejected.known }, request, ports);
}

/** The server does not accept the client, and another is worth a try. */
class RejectedClientError extends AuthError {
  /** What is known of the issuer from here on. */
  readonly known: KnownIssuer;

  constructor(known: KnownIssuer, cause: unknown) {
    super('client_rejected', 'The authorization server does not accept this editor as it is known there.', {
      cause,
    });
    this.known = known;
  }
}

/** Whether the person gave up, or was given up, while the browser had the word. */
function isUnanswered(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof AuthError && error.code === 'timeout');
}

interface Redemption {
  readonly authorization: AuthorizationRequest;
  readonly authority: KnownAuthority;
  readonly resource: string;
  readonly scope: string | undefined;
  readonly request: AuthenticationRequest;
  readonly binding: TokenBinding | undefined;
}

async function redeem(
  response: URLSearchParams,
  redemption: Redemption,
  ports: AuthenticationPorts,
): Promise<Session> {
  try {
    return await exchange(response, redemption, ports);
  } catch (error) {
    const known = await dropRejectedClient(error, redemption.authority, ports);
    throw known ? new RejectedClientError(known, error) : error;
  }
}

async function exchange(
  response: URLSearchParams,
  { authorization, authority: known, resource, scope, request, binding }: Redemption,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { server, client } = known;
  const authority: Authority = { server, client, proofs: binding?.proofs };
  const validated = validateAuthorizationResponse(authority, response, authorization.state);
  request.onStep('exchangingCode');
  await request.beforeExchange?.();
  throwIfAborted(request.signal);
  const requestedAt = ports.clock.now();
  const fetch = createOAuthFetch(ports, request.signal);
  const tokens = await exchangeCode(authority, validated, { ...authorization, resource }, fetch);
  return {
    serverUrl: canonicalServerUrl(request.serverUrl),
    resource,
    authorizationServer: rememberedMetadata(server),
    client,
    requestedScope: scope,
    tokens: toTokenSet(tokens, requestedAt),
    ...(binding ? { dpop: binding.key } : {}),
    createdAt: requestedAt,
  };
}
