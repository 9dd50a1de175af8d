import { AuthError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { assertCodeGrantSupported } from './authorizationRequest.ts';
import { runCodeGrant } from './codeGrant.ts';
import { type Discovered, discover } from './discovery.ts';
import { selectGrant } from './grant.ts';
import { assertPkceOrWaived } from './pkceWaiver.ts';
import { selectRedirects } from './redirect.ts';
import { signInRepeatably } from './repeatableSignIn.ts';

/**
 * Authenticates at one server: by the authorization code grant with PKCE (B2–B5), which is discovery,
 * registration, browser, code exchange; or by the grant that its definition asks for (B12). Stores nothing but a registration that worked; the session is the caller's.
 *
 * @throws AuthError with the step's own code; `cancelled` and `timeout` as the signal and clock decide
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
 */
export async function authenticate(
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { signal, onStep } = request;
  onStep('discovering');
  const discovered = await discover(request, ports, signal);
  const { authorizationServer: server } = discovered;
  const grant = selectGrant(request.oauth);
  if (grant !== 'authorizationCode') {
    const session = await signInRepeatably(grant, discovered, request, ports);
    logSuccess(discovered, ports);
    return session;
  }
  assertCodeGrantSupported(server);
  await assertPkceOrWaived(server, ports, signal);
  onStep('registering');
  const remembered = request.redirectKind ?? (await ports.registrations.redirectKind(server.issuer));
  const kinds = selectRedirects({ callbackPort: request.oauth?.callbackPort, remembered });
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
