import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changePatterns, matchesPatterns } from '../../../src/core/handover/namePatterns.ts';

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

describe('patterns that are changed for one name', () => {
  const cases: readonly (readonly [readonly string[], 'unwanted' | 'wanted', readonly string[]])[] = [
    [['*'], 'unwanted', ['*', '!linear']],
    [['*', '!linear'], 'wanted', ['*']],
    [['sentry', 'linear'], 'unwanted', ['sentry']],
    [['sentry'], 'wanted', ['sentry', 'linear']],
    [[], 'wanted', ['linear']],
    [['*', '!l*'], 'wanted', ['*', '!l*', 'linear']],
    [['*', '!l*', 'linear'], 'unwanted', ['*', '!l*']],
    [['*'], 'wanted', ['*']],
    [['!linear', '*'], 'unwanted', ['*', '!linear']],
  ];
  for (const [patterns, wish, expected] of cases) {
    it(`${JSON.stringify(patterns)} become ${JSON.stringify(expected)} where it is ${wish}`, () => {
      assert.deepEqual(changePatterns('linear', patterns, wish), expected);
    });
  }

  for (const name of ['', '!linear', 'lin*']) {
    it(`are not for ${JSON.stringify(name)}, for which no pattern stands alone`, () => {
      assert.equal(changePatterns(name, ['*'], 'unwanted'), undefined);
    });
  }

  it('mean it or not as is wanted, and every other name as before', () => {
    const name = fc.stringMatching(/^[ab]{1,3}$/);
    const pattern = fc.stringMatching(/^!?[ab*]{0,3}$/);
    const wish = fc.constantFrom('unwanted' as const, 'wanted' as const);
    fc.assert(
      fc.property(name, name, fc.array(pattern, { maxLength: 5 }), wish, (one, other, patterns, wanted) => {
        const changed = changePatterns(one, patterns, wanted);
        assert.ok(changed);
        assert.equal(matchesPatterns(one, changed), wanted === 'wanted');
        if (other !== one) {
          assert.equal(matchesPatterns(other, changed), matchesPatterns(other, patterns));
        }
      }),
    );
  });
});
