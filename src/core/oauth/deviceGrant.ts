import { AuthError } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { clientFor } from './clientFor.ts';
import type { Prepared } from './codeGrant.ts';
import { type DeviceAuthorization, requestDeviceAuthorization } from './deviceAuthorization.ts';
import { deviceCodeGrantType } from './deviceClient.ts';
import { pollForTokens } from './devicePolling.ts';
import { type Discovered, resourceOf } from './discovery.ts';
import { bindTokens } from './dpopBinding.ts';
import { personOf } from './idToken.ts';
import { newSession } from './newSession.ts';
import { createOAuthFetch } from './oauthFetch.ts';
import { dropRejectedClient, type KnownAuthority, keepProvenClient } from './provenClient.ts';

/**
 * Runs the device authorization grant: the person enters a code on any device, and this one asks whether they
 * did. What it ends with is a session as any other. A registration from before that the server no longer knows
 * is dropped and redone, once, since there is none from before then.
 *
 * @throws AuthError `device_unavailable` where the server does not offer it, else as `authenticate` does
 * @see RFC 8628
 */
export async function runDeviceGrant(
  prepared: Prepared,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  assertDeviceGrantOffered(prepared);
  const serverUrl = canonicalServerUrl(request.serverUrl);
  const resource = resourceOf(prepared, request.serverUrl);
  const binding = await bindTokens(request.oauth?.dpop === true, prepared);
  const { authority, device } = await startDevice({ prepared, resource }, request, ports);
  ports.redactor.learn(device.deviceCode);
  ports.redactor.learn(device.userCode);
  tellPerson(device, request, ports);
  await request.beforeExchange?.();
  const poll = { authority: { ...authority, proofs: binding?.proofs }, device, resource };
  const { tokens, requestedAt } = await pollForTokens(poll, ports, request.signal).catch(async (error) => {
    // The person has entered a code already: to show them another is left to the next sign-in.
    await dropRejectedClient(error, authority, ports);
    throw error;
  });
  const { server, client } = authority;
  const { requested, registered: scope } = prepared.scopes;
  // No redirect was in use, so that what is remembered of redirects stays.
  const proven = { issuer: server.issuer, redirectUri: deviceCodeGrantType, redirectKind: undefined };
  await keepProvenClient({ ...proven, serverUrl, scope }, client, ports);
  ports.redactor.learn(tokens.id_token);
  const person = await personOf(authority, tokens, ports.log);
  const result = { authority, resource, scope: requested, tokens, requestedAt, binding, person };
  return newSession(result, request);
}

interface DeviceStart {
  readonly prepared: Prepared;
  readonly resource: string;
}

async function startDevice(
  start: DeviceStart,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<{ readonly authority: KnownAuthority; readonly device: DeviceAuthorization }> {
  const { prepared, resource } = start;
  const { authorizationServer: server, known, scopes } = prepared;
  const { signal, onStep } = request;
  onStep('registering');
  const client = await clientFor({ ...prepared, redirectUri: undefined }, request, ports);
  const authority = { server, client, known };
  const parameters = { scope: scopes.requested, resource };
  try {
    const fetch = createOAuthFetch(ports, signal);
    return { authority, device: await requestDeviceAuthorization(authority, parameters, fetch) };
  } catch (error) {
    const knownNow = await dropRejectedClient(error, authority, ports);
    if (!knownNow) {
      throw error;
    }
    ports.log.info('The server does not know this editor (any more), which introduces itself anew');
    return await startDevice({ ...start, prepared: { ...prepared, known: knownNow } }, request, ports);
  }
}

/** Before anything is registered or asked. */
function assertDeviceGrantOffered({ authorizationServer: server }: Discovered): void {
  if (server.device_authorization_endpoint === undefined || server.token_endpoint === undefined) {
    throw new AuthError(
      'device_unavailable',
      `The authorization server ${new URL(server.issuer).host} does not offer to sign in with a device code.`,
    );
  }
}

function tellPerson(
  { userCode, verificationUri, verificationUriComplete, lifetime }: DeviceAuthorization,
  { signal, onStep, onWaiting }: AuthenticationRequest,
  { browser, clock }: AuthenticationPorts,
): void {
  onStep('waitingForDevice');
  onWaiting?.({
    kind: 'device',
    userCode,
    verificationUri,
    verificationUriComplete,
    expiresAt: clock.now() + lifetime,
    open: () => browser.open(verificationUriComplete ?? verificationUri, signal),
  });
}
