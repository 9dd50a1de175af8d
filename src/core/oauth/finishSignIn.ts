import { AuthError } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { HeldRecord } from '../session/heldRecord.ts';
import type { KnownIssuer } from '../session/knownIssuer.ts';
import type { Session } from '../session/session.ts';
import { askPerson, type PersonAnswer, type PersonQuestion } from './askPerson.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import type { PendingSignIn } from './pendingSignIn.ts';
import { doubtUnansweredClient, dropRejectedClient, keepProvenClient } from './provenClient.ts';
import { type RedemptionRequest, redeemCode } from './redeemCode.ts';
import { provenKind } from './redirect.ts';
import { isInterrupted, SignInInterruptedError } from './signInInterruptedError.ts';

/** A sign-in that is decided on, and what is known of its issuer. */
export interface Finish {
  readonly signIn: PendingSignIn;
  readonly known: KnownIssuer;
}

/** One that this window waits for. */
export interface Wait extends Finish, Pick<PersonQuestion, 'resumed'> {
  /**
   * Makes the record of the sign-in this window's.
   *
   * @param onTaken to be called when another window finishes it
   */
  readonly hold: (onTaken: () => void) => Promise<HeldRecord>;
}

/** What of a request waiting for its response goes by. */
export type WaitRequest = Pick<AuthenticationRequest, 'onWaiting'> & RedemptionRequest;

/**
 * Waits for the authorization response, and finishes the sign-in with it: the first time, and after a reload. Its
 * record ends with it, unless the window does.
 *
 * @throws AuthError as `askPerson` and {@link finishSignIn} do; `cancelled` when another window finishes it
 */
export async function awaitResponse(
  { signIn, known, resumed, hold }: Wait,
  request: WaitRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorization, server, client, redirectKind: kind } = signIn;
  const taken = new AbortController();
  const signal = AbortSignal.any([request.signal, taken.signal]);
  let held: HeldRecord | undefined;
  const question = {
    authorization,
    server,
    kind,
    resumed,
    hold: async () => {
      held = await hold(() => taken.abort(new SignInInterruptedError('finishedElsewhere')));
    },
  };
  try {
    const answer = await askPerson(question, { ...request, signal }, ports).catch(async (error) => {
      await (isUnanswered(error, signal) && doubtUnansweredClient({ server, client, known }, ports));
      throw error;
    });
    await held?.claim();
    return await finishSignIn({ signIn, known }, answer, { request, ports });
  } finally {
    await (isInterrupted(request.signal.reason, 'windowClosed') ? held?.leave() : held?.release());
  }
}

/**
 * Finishes a sign-in with its authorization response, which nobody else may do: exchanges the code, and remembers the
 * client that this has proved right.
 *
 * @throws AuthError as `redeemCode` does; {@link RejectedClientError} where another client is worth a try
 */
export async function finishSignIn(
  { signIn, known }: Finish,
  { response, isPasted }: PersonAnswer,
  { request, ports }: { readonly request: RedemptionRequest; readonly ports: AuthenticationPorts },
): Promise<Session> {
  const { authorization, server, client, redirectKind, scopes } = signIn;
  ports.redactor.learn(response.get('code') ?? undefined);
  const session = await redeemCode(response, signIn, { request, ports }).catch(async (error) => {
    const knownNow = await dropRejectedClient(error, { server, client, known }, ports);
    throw knownNow ? new RejectedClientError(knownNow, error) : error;
  });
  const proven = {
    issuer: server.issuer,
    redirectUri: authorization.redirectUri,
    redirectKind: provenKind(redirectKind, isPasted),
    serverUrl: canonicalServerUrl(signIn.serverUrl),
    scope: scopes.registered,
  };
  await keepProvenClient(proven, client, ports);
  ports.log.info('Authenticated', { issuer: new URL(server.issuer), resource: new URL(signIn.resource) });
  return session;
}

/** The server does not accept the client, and another is worth a try. */
export class RejectedClientError extends AuthError {
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
  if (isInterrupted(error) || isInterrupted(signal.reason)) {
    return false;
  }
  return signal.aborted || (error instanceof AuthError && error.code === 'timeout');
}
