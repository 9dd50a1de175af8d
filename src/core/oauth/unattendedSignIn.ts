import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { confine } from './confinement.ts';
import { discover } from './discovery.ts';
import { awaitResponse, finishSignIn, RejectedClientError } from './finishSignIn.ts';
import type { PendingRecord } from './pendingSignIn.ts';
import { discoveredBefore, isSameAuthority } from './rememberedDiscovery.ts';
import { judge } from './revalidation.ts';

/** What taking up a sign-in of another window is told, and tells. */
export type UnattendedRequest = Pick<AuthenticationRequest, 'onStep' | 'onWaiting' | 'signal'>;

/**
 * Waits on for the response to a sign-in whose window is gone, until its record expires, and finishes it.
 *
 * @throws AuthError as an authentication does; `cancelled` when another window was faster
 */
export async function resumeSignIn(
  record: PendingRecord,
  request: UnattendedRequest,
  unconfined: AuthenticationPorts,
): Promise<Session> {
  const ports = confine(record, unconfined);
  const known = await ports.registrations.open(record.server.issuer);
  let redirect: Disposable | undefined;
  const wait = {
    signIn: record,
    known,
    resumed: {
      time: record.expiresAt - ports.clock.now(),
      sentence: 'Nobody finished signing in within ten minutes.',
    },
    hold: async (onTaken: () => void) => {
      const held = await ports.records.adopt(record, onTaken);
      // Only then is the browser waited for: what came before nobody would receive.
      redirect = await reopenRedirect(record, ports);
      return held;
    },
  };
  try {
    return await awaitResponse(wait, withCheck(record, request, ports), ports).catch(throwUnattended);
  } finally {
    redirect?.dispose();
  }
}

/**
 * Finishes a sign-in of another window with the response that has reached this one, which took its record away.
 *
 * @throws AuthError as an authentication does
 */
export async function finishClaimedSignIn(
  record: PendingRecord,
  response: URLSearchParams,
  {
    request,
    ports: unconfined,
  }: { readonly request: UnattendedRequest; readonly ports: AuthenticationPorts },
): Promise<Session> {
  const ports = confine(record, unconfined);
  const known = await ports.registrations.open(record.server.issuer);
  const answer = { response, isPasted: false };
  return await finishSignIn({ signIn: record, known }, answer, {
    request: withCheck(record, request, ports),
    ports,
  }).catch(throwUnattended);
}

/** The check that the window of before was at, while the browser was open, is made before the code is sent. */
function withCheck(
  record: PendingRecord,
  request: UnattendedRequest,
  ports: AuthenticationPorts,
): UnattendedRequest & Pick<AuthenticationRequest, 'beforeExchange'> {
  return {
    ...request,
    beforeExchange: record.isUnverified ? () => assertNotMoved(record, request, ports) : undefined,
  };
}

async function assertNotMoved(
  { server, resource, dpop, serverUrl, transport, oauth }: PendingRecord,
  { signal }: UnattendedRequest,
  ports: AuthenticationPorts,
): Promise<void> {
  const previous = { authorizationServer: server };
  const verdict = await judge({
    remembered: discoveredBefore({ authorizationServer: server, resource, dpop }),
    discoverAnew: (checking) => discover({ serverUrl, transport, oauth, previous }, ports, checking),
    isSame: (one, other) => isSameAuthority(one, other, serverUrl),
    signal,
    log: ports.log,
  });
  switch (verdict.kind) {
    case 'same':
      return;
    case 'refused':
      throw verdict.error;
    case 'changed':
      throw new AuthError(
        'not_authenticated',
        `${serverUrl.host} has moved to other addresses since the last sign-in. Authenticate again.`,
      );
  }
}

/** Whoever began it would introduce the editor anew, and open another page: that is for a click here. */
function throwUnattended(error: unknown): never {
  throw error instanceof RejectedClientError
    ? new AuthError(
        'not_authenticated',
        'The authorization server did not know this editor any more, which introduces itself anew the next time. Authenticate again.',
        { cause: error },
      )
    : error;
}

/** Never throws: without, the response reaches another window, or is pasted. */
async function reopenRedirect(
  { redirectKind, authorization: { redirectUri }, localPort }: PendingRecord,
  { redirects, log }: AuthenticationPorts,
): Promise<Disposable | undefined> {
  try {
    return await redirects[redirectKind].reopen?.({ redirectUri, localPort });
  } catch (reason) {
    log.info('The redirect of before the reload cannot be listened at again', { kind: redirectKind, reason });
    return undefined;
  }
}
