import assert from 'node:assert/strict';
import { quantile } from '../../../bench/quantile.ts';
import { inTurn, Rounds } from '../../../bench/rounds.ts';
import { isHeld, missed } from '../../../bench/target.ts';

describe('the statistics of the bench', () => {
  it('compare what was measured in the same round', () => {
    const rounds = new Rounds<'one' | 'other'>();
    for (const [one, other] of [
      [2, 1],
      [30, 10],
      [400, 100],
    ] as const) {
      rounds.add('one', one);
      rounds.add('other', other);
    }
    assert.equal(rounds.ratio('one', 'other'), 3);
    assert.equal(rounds.difference('one', 'other'), 20);
    assert.equal(rounds.median('one'), 30);
    assert.equal(rounds.mean('other'), 37);
  });

  it('say nothing of who took no part', () => {
    const rounds = new Rounds<'absent' | 'present'>();
    rounds.add('present', 1);
    assert.equal(rounds.mean('absent'), undefined);
    assert.throws(() => rounds.median('absent'));
    assert.throws(() => rounds.ratio('present', 'absent'));
  });

  it('take a quantile by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.equal(quantile(values, 0.5), 100);
    assert.equal(quantile(values, 0.99), 198);
    assert.equal(quantile(values, 1), 200);
    assert.equal(quantile([7], 0), 7);
    assert.throws(() => quantile([], 0.5));
  });

  it('let everybody begin once', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((round) => inTurn(['a', 'b', 'c'], round).join('')),
      ['abc', 'bca', 'cab', 'abc'],
    );
  });

  it('hold a target on its limit, and miss it beyond', () => {
    const at = (measured: number) => ({ what: 'p50', measured, limit: { most: 1.5 } });
    assert.deepEqual([isHeld(at(1.5)), isHeld(at(1.51))], [true, false]);
    assert.deepEqual(missed([at(1.4), at(2)]), ['p50: 2.00, not ≤ 1.5']);
    assert.equal(isHeld({ what: 'calls', measured: 2.9, limit: { least: 3 } }), false);
  });
});
