import { AuthError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import {
  type AuthenticationPorts,
  type AuthenticationRequest,
  type AuthenticationStep,
  isPersonsTurn,
} from './authentication.ts';
import { assertCodeGrantSupported } from './authorizationRequest.ts';
import { chooseScope } from './chooseScope.ts';
import { runCodeGrant } from './codeGrant.ts';
import { confine } from './confinement.ts';
import { runDeviceGrant } from './deviceGrant.ts';
import { type Discovered, discover } from './discovery.ts';
import { assertNoDeviceCodeWanted, selectGrant } from './grant.ts';
import { assertPkceOrWaived } from './pkceWaiver.ts';
import { selectRedirects } from './redirect.ts';
import { isSameAuthority, rememberedDiscovery } from './rememberedDiscovery.ts';
import { signInRepeatably } from './repeatableSignIn.ts';
import { withRevalidation } from './revalidation.ts';
import { choosesDeviceGrant } from './signInWay.ts';

/**
 * Authenticates at one server: by the authorization code grant with PKCE (B2–B5), which is discovery,
 * registration, browser, code exchange; or by the grant that its definition asks for (B12). With an earlier
 * session the browser comes first and discovery meanwhile. Stores nothing but a registration that worked; the
 * session is the caller's.
 *
 * @throws AuthError with the step's own code; `cancelled` and `timeout` as the signal and clock decide
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export async function authenticate(
  request: AuthenticationRequest,
  unconfined: AuthenticationPorts,
): Promise<Session> {
  const { signal, onStep, previous } = request;
  const ports = confine(request, unconfined);
  const grant = selectGrant(request.oauth);
  if (grant !== 'authorizationCode') {
    assertNoDeviceCodeWanted(grant, request.grant);
    onStep('discovering');
    const discovered = await discover(request, ports, signal);
    const session = await signInRepeatably(grant, discovered, request, ports);
    logSuccess(discovered, ports);
    return session;
  }
  // Who chooses scopes wants to know what there is today; and that device codes are offered may not be remembered.
  const isRemembered = !request.askForScopes && request.grant === undefined;
  const remembered = previous && isRemembered ? rememberedDiscovery(previous, request.oauth) : undefined;
  if (!remembered) {
    onStep('discovering');
    return await signIn(await discover(request, ports, signal), request, ports);
  }
  return await withRevalidation({
    remembered,
    discoverAnew: (revalidating) => discover(request, ports, revalidating),
    isSame: (one, other) => isSameAuthority(one, other, request.serverUrl),
    signal,
    clock: ports.clock,
    log: ports.log,
    attempt: (discovered, attemptSignal, { onBrowser, beforeExchange }) => {
      const follow = (step: AuthenticationStep) => {
        onStep(step);
        if (isPersonsTurn(step)) {
          onBrowser();
        }
      };
      const attempt = { ...request, signal: attemptSignal, onStep: follow, beforeExchange };
      return signIn(discovered, attempt, ports);
    },
  });
}

async function signIn(
  discovered: Discovered,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server } = discovered;
  const known = await ports.registrations.open(server.issuer);
  if (await choosesDeviceGrant(server, request, ports)) {
    const scopes = await chooseScope(discovered, request, ports);
    const session = await runDeviceGrant({ ...discovered, known, scopes }, request, ports);
    logSuccess(discovered, ports);
    return session;
  }
  assertCodeGrantSupported(server);
  await assertPkceOrWaived({ server, known }, ports, request.signal);
  const scopes = await chooseScope(discovered, request, ports);
  request.onStep('registering');
  const { redirectKind: wanted, oauth } = request;
  const kinds = selectRedirects({
    callbackPort: oauth?.callbackPort,
    remembered: known.redirectKind,
    wanted,
  });
  for (const [index, kind] of kinds.entries()) {
    try {
      return await runCodeGrant(kind, { ...discovered, known, scopes }, request, ports);
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
