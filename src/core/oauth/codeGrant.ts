import { AuthError, throwIfAborted } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import { type KnownIssuer, registeredLoopbackPort } from '../session/knownIssuer.ts';
import type { Session } from '../session/session.ts';
import { askPerson } from './askPerson.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { createAuthorizationRequest } from './authorizationRequest.ts';
import type { ChosenScopes } from './chooseScope.ts';
import { clientFor } from './clientFor.ts';
import { type Discovered, resourceOf } from './discovery.ts';
import { bindTokens } from './dpopBinding.ts';
import { advertisesDpop } from './dpopPolicy.ts';
import { usableMetadataDocument } from './metadataDocumentClient.ts';
import { doubtUnansweredClient, dropRejectedClient, keepProvenClient } from './provenClient.ts';
import { redeemCode } from './redeemCode.ts';
import { provenKind, type RedirectKind } from './redirect.ts';
import { ServerMovedError } from './revalidation.ts';

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
  const { authorizationServer: server, known } = prepared;
  const { oauth, signal } = request;
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
    return await attempt({ kind, redirectUri: redirect.redirectUri }, prepared, request, ports);
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

/** The way back from the browser. */
interface Redirect {
  readonly kind: RedirectKind;
  readonly redirectUri: string;
}

async function attempt(
  { kind, redirectUri }: Redirect,
  prepared: Prepared,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server, known, scopes } = prepared;
  const serverUrl = canonicalServerUrl(request.serverUrl);
  const binding = await bindTokens(request.oauth?.dpop === true, prepared);
  const client = await clientFor({ ...prepared, redirectUri }, request, ports);
  const resource = resourceOf(prepared, request.serverUrl);
  const authorization = await createAuthorizationRequest(server, {
    clientId: client.clientId,
    redirectUri,
    scope: scopes.requested,
    resource,
    mayAskConsent: client.origin !== 'preRegistered',
    letsChooseAccount: request.account?.kind === 'another',
    dpopThumbprint: binding && advertisesDpop(prepared) ? await binding.proofs.thumbprint() : undefined,
  });
  ports.redactor.learn(authorization.state);
  ports.redactor.learn(authorization.codeVerifier);
  const authority = { server, client, known };
  const question = { authorization, server, kind };
  const { response, isPasted } = await askPerson(question, request, ports).catch(async (error) => {
    await (isUnanswered(error, request.signal) && doubtUnansweredClient(authority, ports));
    throw error;
  });
  ports.redactor.learn(response.get('code') ?? undefined);
  const redemption = { authorization, authority, resource, request, scope: scopes.requested, binding };
  const session = await redeemCode(response, redemption, ports).catch(async (error) => {
    const knownNow = await dropRejectedClient(error, authority, ports);
    throw knownNow ? new RejectedClientError(knownNow, error) : error;
  });
  const redirectKind = provenKind(kind, isPasted);
  const proven = { issuer: server.issuer, redirectUri, redirectKind, serverUrl };
  await keepProvenClient({ ...proven, scope: scopes.registered }, client, ports);
  return session;
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
  if (signal.reason instanceof ServerMovedError) {
    return false;
  }
  return signal.aborted || (error instanceof AuthError && error.code === 'timeout');
}
