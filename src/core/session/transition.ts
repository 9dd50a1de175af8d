import { AuthError } from '../errors.ts';
import { isRenewable } from './freshness.ts';
import {
  atRest,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
  type Transition,
} from './lifecycle.ts';
import { isReplaced, type Session } from './session.ts';

/**
 * The one place that decides what becomes of a session: pure, and total over its arguments. An event that means
 * nothing in a phase changes nothing.
 *
 * Only two events end in a lost or an expired session: its deletion, which only a sign-out does, and a rejection
 * by the authorization server of the newest tokens that any window has (invariant 7).
 */
export function transition(now: Lifecycle, event: LifecycleEvent): Transition {
  switch (now.phase) {
    case 'absent':
    case 'resting':
    case 'expired':
      return whileAtRest(now, event);
    case 'queued':
      return whileQueued(now, event);
    case 'rereading':
      return whileRereading(now, event);
    case 'requesting':
      return whileRequesting(now, event);
    case 'storing':
      return event.type === 'kept' ? settle(now.refreshed, succeed(now.refreshed)) : stay(now);
    case 'verifying':
      return whileVerifying(now, event);
    case 'marking':
      return event.type === 'kept' ? settle(now.session, { type: 'fail', error: now.error }) : stay(now);
  }
}

type At<Phase extends Lifecycle['phase']> = Lifecycle & { readonly phase: Phase };

function whileAtRest(now: At<'absent' | 'resting' | 'expired'>, event: LifecycleEvent): Transition {
  if (event.type === 'changed') {
    return step(atRest(event.session));
  }
  if (event.type !== 'wanted') {
    return stay(now);
  }
  if (now.phase === 'absent' || !isRenewable(now.session)) {
    return step(now, { type: 'fail', error: nothingToRefresh() });
  }
  return step({ phase: 'queued', session: now.session, latest: now.session }, { type: 'takeTurn' });
}

function whileQueued(now: At<'queued'>, event: LifecycleEvent): Transition {
  switch (event.type) {
    case 'changed':
      return step({ ...now, latest: event.session });
    case 'turn':
      return step({ ...now, phase: 'rereading' }, { type: 'read' });
    default:
      return stay(now);
  }
}

function whileRereading(now: At<'rereading'>, event: LifecycleEvent): Transition {
  switch (event.type) {
    case 'changed':
      return step({ ...now, latest: event.session });
    case 'read':
      return afterRereading(now, event.session);
    case 'unreadable':
      // Other windows may have told what the storage does not.
      return afterRereading(now, now.latest);
    default:
      return stay(now);
  }
}

function afterRereading({ session }: At<'rereading'>, latest: Session | undefined): Transition {
  if (latest === undefined) {
    return settle(undefined, { type: 'fail', error: nothingToRefresh() });
  }
  // Whoever had the turn before has refreshed it, signed in anew, or heard that it is over.
  if (isReplaced(session, latest)) {
    return settle(latest, succeed(latest));
  }
  return latest.refreshRejectedAt === session.refreshRejectedAt
    ? request(latest)
    : settle(latest, { type: 'fail', error: expired() });
}

function whileRequesting(now: At<'requesting'>, event: LifecycleEvent): Transition {
  const { session, latest } = now;
  switch (event.type) {
    case 'changed':
      return step({ ...now, latest: event.session });
    case 'granted': {
      const { refreshed } = event;
      if (latest === undefined) {
        return settle(
          undefined,
          { type: 'revoke', session: refreshed },
          { type: 'fail', error: signedOut() },
        );
      }
      return isReplaced(session, latest)
        ? settle(latest, succeed(latest))
        : step({ phase: 'storing', session, refreshed }, { type: 'keep', session: refreshed });
    }
    case 'rejected': {
      const { error, at } = event;
      return step({ phase: 'verifying', session, latest, error, rejectedAt: at }, { type: 'read' });
    }
    case 'failed':
      return settle(latest, { type: 'fail', error: event.error });
    default:
      return stay(now);
  }
}

function whileVerifying(now: At<'verifying'>, event: LifecycleEvent): Transition {
  const { session, latest, error, rejectedAt } = now;
  switch (event.type) {
    case 'changed':
      return step({ ...now, latest: event.session });
    case 'read': {
      if (event.session === undefined) {
        return settle(undefined, { type: 'fail', error });
      }
      if (isReplaced(session, event.session)) {
        return settle(event.session, succeed(event.session));
      }
      const marked = { ...session, refreshRejectedAt: rejectedAt };
      return step({ phase: 'marking', session: marked, error }, { type: 'keep', session: marked });
    }
    case 'unreadable':
      // Another window's tokens may be newer: what is not known to be over is not marked as over.
      return latest !== undefined && isReplaced(session, latest)
        ? settle(latest, succeed(latest))
        : settle(latest, { type: 'fail', error });
    default:
      return stay(now);
  }
}

function request(session: Session): Transition {
  return step({ phase: 'requesting', session, latest: session }, { type: 'request', session });
}

function succeed(session: Session): LifecycleEffect {
  return { type: 'succeed', session };
}

/** Ends a refresh, and with it this window's turn. */
function settle(session: Session | undefined, ...effects: readonly LifecycleEffect[]): Transition {
  return step(atRest(session), ...effects);
}

function step(next: Lifecycle, ...effects: readonly LifecycleEffect[]): Transition {
  return { next, effects };
}

function stay(now: Lifecycle): Transition {
  return { next: now, effects: [] };
}

function nothingToRefresh(): AuthError {
  return new AuthError(
    'not_authenticated',
    'There is no session that could be refreshed. Authenticate first.',
  );
}

function expired(): AuthError {
  return new AuthError('session_expired', 'The session has expired. Authenticate again.');
}

function signedOut(): AuthError {
  return new AuthError('not_authenticated', 'You signed out while the session was being refreshed.');
}
