import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  atRest,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
  type Transition,
} from '../../../src/core/session/lifecycle.ts';
import { isReplaced, type Session } from '../../../src/core/session/session.ts';
import { transition } from '../../../src/core/session/transition.ts';
import { lifecycleEvents, over, refreshed, sessionWith, unrenewable } from '../../support/lifecycleEvents.ts';

const first = sessionWith('first');
const marked = over(first);

describe('any life of a session', () => {
  const names = Object.keys(lifecycleEvents);
  const life = fc.record({
    start: fc.constantFrom(undefined, first, marked, unrenewable),
    events: fc.array(fc.constantFrom(...names), { maxLength: 60, size: 'max' }),
  });

  interface Moment extends Transition {
    readonly before: Lifecycle;
    readonly event: LifecycleEvent;
  }

  /** No server gives the same tokens twice. */
  function grantedAnew(session: Session, count: number): LifecycleEvent {
    const tokens = { ...session.tokens, accessToken: `${session.tokens.accessToken}-${count}` };
    return { type: 'granted', refreshed: { ...session, tokens } };
  }

  function live(start: Session | undefined, events: readonly string[]): readonly Moment[] {
    const moments: Moment[] = [];
    let now = atRest(start);
    for (const name of events) {
      const made = lifecycleEvents[name]?.(now);
      assert.ok(made);
      const event = made.type === 'granted' ? grantedAnew(made.refreshed, moments.length) : made;
      moments.push({ before: now, event, ...transition(now, event) });
      now = moments.at(-1)?.next ?? now;
    }
    return moments;
  }

  function always(
    title: string,
    judge: (moments: readonly Moment[], start: Session | undefined) => void,
  ): void {
    it(title, () => {
      fc.assert(
        fc.property(life, ({ start, events }) => judge(live(start, events), start)),
        { numRuns: 1000 },
      );
    });
  }

  always('ends without a session only after it was heard that there is none', (moments) => {
    let isGone = false;
    for (const { before, event, next } of moments) {
      const isRead = event.type === 'read' && (before.phase === 'rereading' || before.phase === 'verifying');
      if (event.type === 'changed' || isRead) {
        isGone = event.session === undefined;
      }
      if (next.phase === 'absent' && before.phase !== 'absent') {
        assert.ok(isGone, `${before.phase} was lost by ${event.type}`);
      }
    }
  });

  always('marks as expired only what was rejected, and then read to be the newest', (moments) => {
    moments.forEach(({ before, event, effects }, index) => {
      for (const effect of effects) {
        if (effect.type === 'keep' && effect.session.refreshRejectedAt !== undefined) {
          assert.ok(before.phase === 'verifying' && event.type === 'read' && event.session);
          assert.ok(!isReplaced(effect.session, event.session));
          const earlier = moments.slice(0, index);
          const rejectedAt = earlier.findLastIndex((moment) => moment.event.type === 'rejected');
          const requestedAt = earlier.findLastIndex((moment) => hasEffect(moment.effects, 'request'));
          assert.ok(rejectedAt > requestedAt && requestedAt >= 0);
        }
      }
    });
  });

  always('gives nobody new tokens before they are kept', (moments) => {
    let kept: Session | undefined;
    let asked: LifecycleEffect | undefined;
    for (const { event, effects } of moments) {
      kept = event.type === 'kept' && asked?.type === 'keep' ? asked.session : kept;
      for (const effect of effects) {
        asked = effect.type === 'keep' ? effect : asked;
        if (effect.type === 'succeed' && effect.session === refreshed) {
          assert.equal(kept, refreshed);
        }
      }
    }
  });

  always('answers everybody who wants a token exactly once', (moments) => {
    let open = 0;
    for (const { before, event, next, effects } of moments) {
      open += event.type === 'wanted' && isAtRest(before) ? 1 : 0;
      open -= effects.filter(({ type }) => type === 'succeed' || type === 'fail').length;
      assert.equal(open, isAtRest(next) ? 0 : 1);
    }
  });

  always('sends one request per turn, and only after it has read what there is', (moments) => {
    let mayRequest = false;
    for (const { event, effects } of moments) {
      mayRequest ||= event.type === 'turn' && hasEffect(effects, 'read');
      if (hasEffect(effects, 'request')) {
        assert.ok(mayRequest && (event.type === 'read' || event.type === 'unreadable'));
        mayRequest = false;
      }
    }
  });

  always('ends a refresh with tokens that are not the ones it began with', (moments) => {
    for (const { before, effects } of moments) {
      for (const effect of effects) {
        if (effect.type === 'succeed') {
          assert.ok('session' in before && isReplaced(before.session, effect.session));
        }
      }
    }
  });
});

function isAtRest({ phase }: Lifecycle): boolean {
  return phase === 'absent' || phase === 'resting' || phase === 'expired';
}

function hasEffect(effects: readonly LifecycleEffect[], type: LifecycleEffect['type']): boolean {
  return effects.some((effect) => effect.type === type);
}
