import { throwIfAborted } from '../errors.ts';
import { type KnownIssuer, registeredLoopbackPort } from '../session/knownIssuer.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { createAuthorizationRequest } from './authorizationRequest.ts';
import type { ChosenScopes } from './chooseScope.ts';
import { clientFor } from './clientFor.ts';
import { type Discovered, resourceOf } from './discovery.ts';
import { bindTokens } from './dpopBinding.ts';
import { advertisesDpop } from './dpopPolicy.ts';
import { awaitResponse, RejectedClientError } from './finishSignIn.ts';
import { usableMetadataDocument } from './metadataDocumentClient.ts';
import type { PendingSignIn } from './pendingSignIn.ts';
import type { OpenRedirect, RedirectKind } from './redirect.ts';

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
    return await attempt(kind, redirect, { prepared, request, ports });
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

async function attempt(
  kind: RedirectKind,
  { redirectUri, localPort }: OpenRedirect,
  { prepared, request, ports }: Attempt,
): Promise<Session> {
  const { authorizationServer: server, known, scopes } = prepared;
  const { serverUrl, transport, oauth } = request;
  const binding = await bindTokens(oauth?.dpop === true, prepared);
  const client = await clientFor({ ...prepared, redirectUri }, request, ports);
  const resource = resourceOf(prepared, serverUrl);
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
  const signIn: PendingSignIn = {
    authorization,
    redirectKind: kind,
    localPort,
    server,
    client,
    resource,
    scopes,
    serverUrl,
    transport,
    oauth,
    account: request.account,
    dpop: binding?.key,
    isUnverified: prepared.isRemembered === true,
  };
  const hold = (onTaken: () => void) => ports.records.keep(signIn, onTaken);
  return await awaitResponse({ signIn, known, hold }, request, ports);
}

interface Attempt {
  readonly prepared: Prepared;
  readonly request: AuthenticationRequest;
  readonly ports: AuthenticationPorts;
}
