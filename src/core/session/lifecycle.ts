import { AuthError } from '../errors.ts';
import { isRenewable } from './freshness.ts';
import { isReplaced, type Session } from './session.ts';

/**
 * Where a session is in this window. Exactly one phase holds at a time; those between `queued` and `marking` are
 * the steps of one refresh.
 */
export type Lifecycle =
  /** Nobody is signed in. */
  | { readonly phase: 'absent' }
  /** There is a session, and nothing is under way. */
  | { readonly phase: 'resting'; readonly session: Session }
  /** Its server has ended it: only the person can help. The record stays. */
  | { readonly phase: 'expired'; readonly session: Session }
  /** Waits for its turn among all windows of this machine. `latest` is, here and below, what the store holds now. */
  | { readonly phase: 'queued'; readonly session: Session; readonly latest: Session | undefined }
  /** Reads what another window or machine has stored meanwhile. */
  | { readonly phase: 'rereading'; readonly session: Session; readonly latest: Session | undefined }
  /** A refresh token is on its way, and may be spent from here on. */
  | { readonly phase: 'requesting'; readonly session: Session; readonly latest: Session | undefined }
  /** New tokens are here, and are written before anybody uses them. */
  | { readonly phase: 'storing'; readonly session: Session; readonly refreshed: Session }
  /** The refresh token was rejected: reads whether it was the newest. */
  | {
      readonly phase: 'verifying';
      readonly session: Session;
      readonly latest: Session | undefined;
      readonly error: AuthError;
      /** Milliseconds since the epoch. */
      readonly rejectedAt: number;
    }
  /** It was: writes that the session has expired. */
  | { readonly phase: 'marking'; readonly session: Session; readonly error: AuthError };

/** What happens to a session. */
export type LifecycleEvent =
  /** The store holds something else now: a sign-in, a sign-out, another window. */
  | { readonly type: 'changed'; readonly session: Session | undefined }
  /** Somebody needs another access token than this session has. */
  | { readonly type: 'wanted' }
  /** It is this window's turn. */
  | { readonly type: 'turn' }
  /** What lies in the storage. */
  | { readonly type: 'read'; readonly session: Session | undefined }
  /** The storage does not answer. */
  | { readonly type: 'unreadable' }
  /** The authorization server gave new tokens. */
  | { readonly type: 'granted'; readonly refreshed: Session }
  /** It said that the refresh token, or the client, is no good any more. */
  | { readonly type: 'rejected'; readonly error: AuthError; readonly at: number }
  /** Anything else went wrong: says nothing about the session. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** What was to be written is held, and written as far as the storage allows. */
  | { readonly type: 'kept' };

/** What is to be done. */
export type LifecycleEffect =
  /** Wait for this window's turn, and keep it until the session is at rest again. */
  | { readonly type: 'takeTurn' }
  | { readonly type: 'read' }
  | { readonly type: 'request'; readonly session: Session }
  | { readonly type: 'keep'; readonly session: Session }
  /** Ends tokens that nobody wants any more. */
  | { readonly type: 'revoke'; readonly session: Session }
  /** Answers whoever wanted another access token. */
  | { readonly type: 'succeed'; readonly session: Session }
  | { readonly type: 'fail'; readonly error: unknown };

/** A step: where the session is then, and what is to be done, in order. */
export interface Transition {
  readonly next: Lifecycle;
  readonly effects: readonly LifecycleEffect[];
}

/** Where a session is while nothing is under way. */
export function atRest(session: Session | undefined): Lifecycle {
  if (session === undefined) {
    return { phase: 'absent' };
  }
  return { phase: session.refreshRejectedAt === undefined ? 'resting' : 'expired', session };
}

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
