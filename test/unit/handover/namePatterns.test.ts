import assert from 'node:assert/strict';
import { matchesPatterns } from '../../../src/core/handover/namePatterns.ts';

describe('patterns of names', () => {
  const cases: readonly (readonly [readonly string[], string, boolean])[] = [
    [[], 'linear', false],
    [['*'], 'linear', true],
    [['*'], '', true],
    [['linear'], 'linear', true],
    [['linear'], 'linear2', false],
    [['lin*'], 'linear', true],
    [['*ar'], 'linear', true],
    [['l*e*r'], 'linear', true],
    [['l*x*r'], 'linear', false],
    [['lin*near'], 'linear', false],
    [['**'], 'linear', true],
    [['l.*'], 'linear', false],
    [['*', '!linear'], 'linear', false],
    [['*', '!linear'], 'sentry', true],
    [['*', '!l*', 'linear'], 'linear', true],
    [['!linear'], 'sentry', false],
    [['a*'.repeat(30)], 'a'.repeat(5000), true],
    [[`${'a*'.repeat(30)}b`], 'a'.repeat(5000), false],
  ];
  for (const [patterns, name, expected] of cases) {
    const shown = JSON.stringify(patterns).slice(0, 60);
    it(`${shown} ${expected ? 'mean' : 'do not mean'} ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(matchesPatterns(name, patterns), expected);
    });
  }
});
