import type { AuthError } from '../errors.ts';
import type { Session } from './session.ts';

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
