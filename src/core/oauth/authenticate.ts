import { AuthError } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { Session } from '../session/session.ts';
import {
  type AuthenticationPorts,
  type AuthenticationRequest,
  type AuthenticationStep,
  isPersonsTurn,
} from './authentication.ts';
import { assertCodeGrantSupported } from './authorizationRequest.ts';
import { runCodeGrant } from './codeGrant.ts';
import { runDeviceGrant } from './deviceGrant.ts';
import { type Discovered, discover } from './discovery.ts';
import { assertPkceOrWaived } from './pkceWaiver.ts';
import { selectRedirects } from './redirect.ts';
import { isSameAuthority, rememberedDiscovery } from './rememberedDiscovery.ts';
import { withRevalidation } from './revalidation.ts';
import { choosesDeviceGrant } from './signInWay.ts';

/**
 * Authenticates at one server by the authorization code grant with PKCE (B2–B5): discovery, registration,
 * browser, code exchange. With an earlier session the browser comes first and discovery meanwhile. Stores
 * nothing but a registration that worked; the session is the caller's.
 *
 * @throws AuthError with the step's own code; `cancelled` and `timeout` as the signal and clock decide
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export async function authenticate(
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { signal, onStep, previous } = request;
  // What a session remembers of its server may leave out that it offers device codes.
  const remembered = previous && request.grant === undefined ? rememberedDiscovery(previous) : undefined;
  if (!remembered) {
    onStep('discovering');
    return await signIn(await discover(request, ports, signal), request, ports);
  }
  const serverUrl = canonicalServerUrl(request.serverUrl);
  return await withRevalidation({
    remembered,
    discoverAnew: (revalidating) => discover(request, ports, revalidating),
    isSame: (one, other) => isSameAuthority(one, other, serverUrl),
    signal,
    log: ports.log,
    attempt: (discovered, attemptSignal, { onBrowser, onExchange }) => {
      const follow = (step: AuthenticationStep) => {
        onStep(step);
        if (isPersonsTurn(step)) {
          onBrowser();
        } else if (step === 'exchangingCode') {
          onExchange();
        }
      };
      return signIn(discovered, { ...request, signal: attemptSignal, onStep: follow }, ports);
    },
  });
}

async function signIn(
  discovered: Discovered,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server } = discovered;
  if (await choosesDeviceGrant(server, request, ports)) {
    const session = await runDeviceGrant(discovered, request, ports);
    logSuccess(discovered, ports);
    return session;
  }
  assertCodeGrantSupported(server);
  await assertPkceOrWaived(server, ports, request.signal);
  request.onStep('registering');
  const kinds = selectRedirects({
    callbackPort: request.oauth?.callbackPort,
    remembered: await ports.registrations.redirectKind(server.issuer),
    wanted: request.redirectKind,
  });
  for (const [index, kind] of kinds.entries()) {
    try {
      const session = await runCodeGrant(kind, discovered, request, ports);
      logSuccess(discovered, ports);
      return session;
    } catch (error) {
      const isRefused = error instanceof AuthError && error.code === 'registration_refused';
      if (!isRefused || index === kinds.length - 1) {
        throw error;
      }
      ports.log.info('The server refuses this redirect; trying the next', { kind, reason: error });
    }
  }
  throw new AuthError('redirect_unavailable', 'There is no way back from the browser to this editor.');
}

function logSuccess(
  { authorizationServer, protectedResource }: Discovered,
  { log }: AuthenticationPorts,
): void {
  log.info('Authenticated', {
    issuer: new URL(authorizationServer.issuer),
    resource: protectedResource ? new URL(protectedResource.resource) : undefined,
  });
}
