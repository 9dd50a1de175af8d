import { AuthError } from '../../src/core/errors.ts';
import type { Lifecycle, LifecycleEvent } from '../../src/core/session/lifecycle.ts';
import type { Session } from '../../src/core/session/session.ts';
import { sampleSession, sampleTime } from './sampleSession.ts';

/** The errors that events carry, to be recognized by. */
export const rejection = new AuthError('session_expired', 'The server rejected the refresh token.');
export const failure = new AuthError('network', 'The server cannot be reached.');

/** A session with tokens of a name. */
export function sessionWith(name: string): Session {
  return sampleSession({
    tokens: { accessToken: `access-token-${name}`, refreshToken: `refresh-token-${name}` },
  });
}

/** A session that nothing can renew. */
export const unrenewable = sampleSession({
  tokens: { accessToken: 'access-token-fixed', refreshToken: undefined },
});

/** What a refresh in these tests brings. */
export const refreshed = sessionWith('refreshed');

/** The same tokens, of which somebody has found that they are over. */
export function over(session: Session): Session {
  return { ...session, refreshRejectedAt: sampleTime };
}

/** Another session than the one that is there. */
export function newerThan(now: Lifecycle): Session {
  const name =
    'session' in now && now.session.tokens.accessToken === 'access-token-newer' ? 'newest' : 'newer';
  return sessionWith(name);
}

function sameAs(now: Lifecycle): Session {
  return 'session' in now ? now.session : sessionWith('first');
}

/** Everything that can happen, in words, as seen from where a session is. */
export const lifecycleEvents: Readonly<Record<string, (now: Lifecycle) => LifecycleEvent>> = {
  'changed to another': (now) => ({ type: 'changed', session: newerThan(now) }),
  'changed to an expired one': (now) => ({ type: 'changed', session: over(sameAs(now)) }),
  'changed to one without a refresh token': () => ({ type: 'changed', session: unrenewable }),
  'changed to none': () => ({ type: 'changed', session: undefined }),
  wanted: () => ({ type: 'wanted' }),
  turn: () => ({ type: 'turn' }),
  'read the same': (now) => ({ type: 'read', session: sameAs(now) }),
  'read another': (now) => ({ type: 'read', session: newerThan(now) }),
  'read that it is over': (now) => ({ type: 'read', session: over(sameAs(now)) }),
  'read none': () => ({ type: 'read', session: undefined }),
  unreadable: () => ({ type: 'unreadable' }),
  granted: () => ({ type: 'granted', refreshed }),
  rejected: () => ({ type: 'rejected', error: rejection, at: sampleTime }),
  failed: () => ({ type: 'failed', error: failure }),
  kept: () => ({ type: 'kept' }),
};
