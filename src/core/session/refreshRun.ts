import { AuthError } from '../errors.ts';
import type { RepeatPorts } from '../oauth/repeatGrant.ts';
import { sessionLockKey } from './account.ts';
import { atRest, type Lifecycle, type LifecycleEffect, type LifecycleEvent } from './lifecycle.ts';
import type { RegistrationStore } from './registrationStore.ts';
import { requestNewTokens } from './renewal.ts';
import { revokeSession } from './revokeSession.ts';
import { refOf, type Session } from './session.ts';
import type { SessionLocks } from './sessionLocks.ts';
import type { SessionStore } from './sessionStore.ts';
import { transition } from './transition.ts';

/** What refreshing needs. */
export interface RefreshPorts extends RepeatPorts {
  readonly sessions: SessionStore;
  readonly locks: SessionLocks;
  /** Where a client is forgotten that its server has forgotten, so that the next sign-in does not bring it up. */
  readonly registrations?: RegistrationStore | undefined;
}

type Outcome = { readonly session: Session } | { readonly error: unknown };

/**
 * Carries one session through its {@link Lifecycle} for one refresh: does what each transition says, and tells it
 * what came of that. Not cancellable: a refresh token that was sent may be spent, so its answer has to be received
 * and kept.
 *
 * @returns the session with another access token, whoever got it
 * @throws AuthError `not_authenticated`, `session_expired`, `client_rejected`, `server_error`, `network`…
 */
export async function runRefresh(session: Session | undefined, ports: RefreshPorts): Promise<Session> {
  const { sessions } = ports;
  let now = atRest(session);
  let outcome: Outcome | undefined;

  async function happen(event: LifecycleEvent): Promise<void> {
    const { next, effects } = transition(now, event);
    now = next;
    for (const effect of effects) {
      await perform(effect);
    }
  }

  async function perform(effect: LifecycleEffect): Promise<void> {
    switch (effect.type) {
      case 'takeTurn':
        return await inTurn(now, ports, () => happen({ type: 'turn' }));
      case 'read':
        return await happen(await read(now, ports));
      case 'request':
        return await happen(await request(effect.session, ports));
      case 'keep':
        await keep(effect.session, ports);
        return await happen({ type: 'kept' });
      case 'revoke':
        await revokeSession(effect.session, ports);
        return;
      case 'succeed':
        outcome = { session: effect.session };
        return;
      case 'fail':
        outcome = { error: effect.error };
    }
  }

  // What others do to the session meanwhile; while a refresh runs, nothing but its phase follows from that.
  const subscription = sessions.onDidChange(() => {
    const ref = 'session' in now ? refOf(now.session) : undefined;
    if (ref) {
      const session = sessions.get(ref.serverUrl, ref.accountId);
      now = transition(now, { type: 'changed', session }).next;
    }
  });
  try {
    await happen({ type: 'wanted' });
  } finally {
    subscription.dispose();
  }
  return resultOf(outcome);
}

function resultOf(outcome: Outcome | undefined): Session {
  if (outcome === undefined) {
    throw new Error('A refresh ended without an outcome.');
  }
  if ('error' in outcome) {
    throw outcome.error;
  }
  return outcome.session;
}

async function inTurn(now: Lifecycle, { locks }: RefreshPorts, work: () => Promise<void>): Promise<void> {
  if ('session' in now) {
    await locks.run(sessionLockKey(refOf(now.session)), work);
  }
}

async function read(now: Lifecycle, { sessions }: RefreshPorts): Promise<LifecycleEvent> {
  try {
    const session = 'session' in now ? await sessions.reread(refOf(now.session)) : undefined;
    return { type: 'read', session };
  } catch {
    // The store has logged it.
    return { type: 'unreadable' };
  }
}

async function request(session: Session, ports: RefreshPorts): Promise<LifecycleEvent> {
  const { clock, log } = ports;
  try {
    const refreshed = await requestNewTokens(session, ports);
    log.info('Session refreshed', { issuer: new URL(session.authorizationServer.issuer) });
    return { type: 'granted', refreshed };
  } catch (error) {
    const reason = (await registrationHasGone(error, session, ports)) ? registrationGone(error) : error;
    return isSessionExpired(reason)
      ? { type: 'rejected', error: reason, at: clock.now() }
      : { type: 'failed', error: reason };
  }
}

async function keep(session: Session, { sessions, log }: RefreshPorts): Promise<void> {
  try {
    await sessions.put(session);
  } catch (error) {
    // It is held in memory, and written as soon as the storage can: better than to lose it.
    log.error('A session could not be saved after its refresh', { reason: error });
  }
}

/**
 * Whether the server has forgotten the dynamic registration that the tokens belong to, which are lost with it; it
 * is then forgotten here too. Other clients can be mended, and keep their tokens.
 */
async function registrationHasGone(
  error: unknown,
  { authorizationServer, client }: Session,
  { registrations, log }: RefreshPorts,
): Promise<boolean> {
  const isRejected = error instanceof AuthError && error.code === 'client_rejected';
  if (!isRejected || client.origin !== 'dynamic') {
    return false;
  }
  try {
    await registrations?.drop(authorizationServer.issuer, client.clientId);
  } catch (reason) {
    log.warn('The rejection of a client could not be saved', { reason });
  }
  log.info('The server has forgotten this editor, which will introduce itself anew');
  return true;
}

function registrationGone(cause: unknown): AuthError {
  return new AuthError(
    'session_expired',
    'The authorization server has forgotten this editor, and the session with it. Authenticate again.',
    { cause },
  );
}

/** Whether only the person can help. */
export function isSessionExpired(error: unknown): error is AuthError {
  return error instanceof AuthError && error.code === 'session_expired';
}
