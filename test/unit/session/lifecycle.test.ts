import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { AuthError } from '../../../src/core/errors.ts';
import type { Lifecycle, LifecycleEffect, Transition } from '../../../src/core/session/lifecycle.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { transition } from '../../../src/core/session/transition.ts';
import { architecturePage, shownDiagram } from '../../support/architectureDiagram.ts';
import { lifecycleDiagram } from '../../support/lifecycleDiagram.ts';
import {
  failure,
  lifecycleEvents,
  over,
  refreshed,
  rejection,
  sessionWith,
  unrenewable,
} from '../../support/lifecycleEvents.ts';
import { sampleTime } from '../../support/sampleSession.ts';

const first = sessionWith('first');
const newer = sessionWith('newer');
const marked = over(first);

const starts: Readonly<Record<string, Lifecycle>> = {
  absent: { phase: 'absent' },
  resting: { phase: 'resting', session: first },
  'resting, unrenewable': { phase: 'resting', session: unrenewable },
  expired: { phase: 'expired', session: marked },
  queued: { phase: 'queued', session: first, latest: first },
  rereading: { phase: 'rereading', session: first, latest: first },
  'rereading, replaced': { phase: 'rereading', session: first, latest: newer },
  'rereading, over': { phase: 'rereading', session: first, latest: marked },
  'rereading, deleted': { phase: 'rereading', session: first, latest: undefined },
  'rereading for an expired one': { phase: 'rereading', session: marked, latest: marked },
  requesting: { phase: 'requesting', session: first, latest: first },
  'requesting, replaced': { phase: 'requesting', session: first, latest: newer },
  'requesting, over': { phase: 'requesting', session: first, latest: marked },
  'requesting, deleted': { phase: 'requesting', session: first, latest: undefined },
  storing: { phase: 'storing', session: first, refreshed },
  verifying: verifying(first),
  'verifying, replaced': verifying(newer),
  'verifying, deleted': verifying(undefined),
  marking: { phase: 'marking', session: marked, error: rejection },
};

function verifying(latest: Session | undefined): Lifecycle {
  return { phase: 'verifying', session: first, latest, error: rejection, rejectedAt: sampleTime };
}

/** What each event does, in words; whatever is not here changes nothing and does nothing. */
const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  absent: {
    'changed to another': 'resting newer',
    'changed to one without a refresh token': 'resting fixed',
    'changed to an expired one': 'expired first over',
    wanted: 'absent / fail not_authenticated',
  },
  resting: {
    'changed to another': 'resting newer',
    'changed to an expired one': 'expired first over',
    'changed to one without a refresh token': 'resting fixed',
    'changed to none': 'absent',
    wanted: 'queued first / takeTurn',
  },
  'resting, unrenewable': {
    'changed to another': 'resting newer',
    'changed to an expired one': 'expired fixed over',
    'changed to none': 'absent',
    wanted: 'resting fixed / fail not_authenticated',
  },
  expired: {
    'changed to another': 'resting newer',
    'changed to one without a refresh token': 'resting fixed',
    'changed to none': 'absent',
    wanted: 'queued first over / takeTurn',
  },
  queued: {
    'changed to another': 'queued first, latest newer',
    'changed to an expired one': 'queued first, latest first over',
    'changed to one without a refresh token': 'queued first, latest fixed',
    'changed to none': 'queued first, latest none',
    turn: 'rereading first / read',
  },
  rereading: {
    'changed to another': 'rereading first, latest newer',
    'changed to an expired one': 'rereading first, latest first over',
    'changed to one without a refresh token': 'rereading first, latest fixed',
    'changed to none': 'rereading first, latest none',
    'read the same': 'requesting first / request first',
    'read another': 'resting newer / succeed newer',
    'read that it is over': 'expired first over / fail session_expired',
    'read none': 'absent / fail not_authenticated',
    unreadable: 'requesting first / request first',
  },
  'rereading, replaced': { unreadable: 'resting newer / succeed newer' },
  'rereading, over': { unreadable: 'expired first over / fail session_expired' },
  'rereading, deleted': { unreadable: 'absent / fail not_authenticated' },
  'rereading for an expired one': {
    'read the same': 'requesting first over / request first over',
    'read that it is over': 'requesting first over / request first over',
  },
  requesting: {
    'changed to another': 'requesting first, latest newer',
    'changed to an expired one': 'requesting first, latest first over',
    'changed to one without a refresh token': 'requesting first, latest fixed',
    'changed to none': 'requesting first, latest none',
    granted: 'storing first, refreshed refreshed / keep refreshed',
    rejected: 'verifying first / read',
    failed: 'resting first / fail network',
  },
  'requesting, replaced': {
    granted: 'resting newer / succeed newer',
    rejected: 'verifying first, latest newer / read',
    failed: 'resting newer / fail network',
  },
  'requesting, over': {
    granted: 'storing first, refreshed refreshed / keep refreshed',
    rejected: 'verifying first, latest first over / read',
    failed: 'expired first over / fail network',
  },
  'requesting, deleted': {
    granted: 'absent / revoke refreshed, fail not_authenticated',
    rejected: 'verifying first, latest none / read',
    failed: 'absent / fail network',
  },
  storing: { kept: 'resting refreshed / succeed refreshed' },
  verifying: {
    'changed to another': 'verifying first, latest newer',
    'changed to an expired one': 'verifying first, latest first over',
    'changed to one without a refresh token': 'verifying first, latest fixed',
    'changed to none': 'verifying first, latest none',
    'read the same': 'marking first over / keep first over',
    'read another': 'resting newer / succeed newer',
    'read that it is over': 'marking first over / keep first over',
    'read none': 'absent / fail session_expired',
    unreadable: 'resting first / fail session_expired',
  },
  'verifying, replaced': { unreadable: 'resting newer / succeed newer' },
  'verifying, deleted': { unreadable: 'absent / fail session_expired' },
  marking: { kept: 'expired first over / fail session_expired' },
};

describe('transition', () => {
  for (const [name, now] of Object.entries(starts)) {
    const expected = table[name] ?? {};
    // Where only what happened meanwhile differs, only what depends on it is listed.
    const isVariant = name.includes(',') || name.includes(' for ');
    for (const [event, happen] of Object.entries(lifecycleEvents)) {
      const outcome = expected[event] ?? (isVariant ? undefined : describeState(now));
      if (outcome !== undefined) {
        it(`leads from ${name}, when it is ${event}, to ${outcome}`, () => {
          assert.equal(describeTransition(transition(now, happen(now))), outcome);
        });
      }
    }
  }

  it('has an outcome in the table for no event that there is not', () => {
    const events = new Set(Object.keys(lifecycleEvents));
    const unknown = Object.values(table).flatMap((row) => Object.keys(row).filter((key) => !events.has(key)));
    assert.deepEqual([unknown, Object.keys(table).filter((name) => !(name in starts))], [[], []]);
  });

  it('passes the very errors on that it was told of', () => {
    const { failed, rejected, 'read the same': readTheSame, kept } = lifecycleEvents;
    assert.ok(failed && rejected && readTheSame && kept && starts.requesting);
    assert.deepEqual(transition(starts.requesting, failed(starts.requesting)).effects, [
      { type: 'fail', error: failure },
    ]);
    const end = [rejected, readTheSame, kept].reduce<Transition>(
      ({ next }, happen) => transition(next, happen(next)),
      { next: starts.requesting, effects: [] },
    );
    assert.deepEqual(end.effects, [{ type: 'fail', error: rejection }]);
  });
});

describe('the diagram in ARCHITECTURE.md', () => {
  it('shows what the code does', async () => {
    const shown = shownDiagram(await readFile(architecturePage, 'utf8'));
    assert.equal(shown, lifecycleDiagram(), '`npm run diagram` brings it up to the code.');
  });
});

function describeTransition({ next, effects }: Transition): string {
  const todo = effects.map(describeEffect).join(', ');
  return `${describeState(next)}${todo === '' ? '' : ` / ${todo}`}`;
}

function describeState(now: Lifecycle): string {
  const session = 'session' in now ? ` ${describeSession(now.session)}` : '';
  const latest =
    'latest' in now && now.latest !== now.session ? `, latest ${describeSession(now.latest)}` : '';
  const brought = now.phase === 'storing' ? `, refreshed ${describeSession(now.refreshed)}` : '';
  return `${now.phase}${session}${latest}${brought}`;
}

function describeEffect(effect: LifecycleEffect): string {
  if (effect.type === 'fail') {
    return `fail ${effect.error instanceof AuthError ? effect.error.code : String(effect.error)}`;
  }
  return 'session' in effect ? `${effect.type} ${describeSession(effect.session)}` : effect.type;
}

function describeSession(session: Session | undefined): string {
  const name = session?.tokens.accessToken.replace('access-token-', '') ?? 'none';
  return session?.refreshRejectedAt === undefined ? name : `${name} over`;
}
