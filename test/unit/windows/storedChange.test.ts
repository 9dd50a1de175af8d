import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isLater,
  parseChange,
  type StoredChange,
  serializeChange,
} from '../../../src/core/windows/storedChange.ts';

const change: fc.Arbitrary<StoredChange> = fc.record(
  { at: fc.nat(3), value: fc.option(fc.constantFrom('', 'a', 'b')) },
  { noNullPrototype: true },
);

describe('a stored change', () => {
  it('is read as it was stored, a deletion too', () => {
    fc.assert(fc.property(change, (one) => assert.deepEqual(parseChange(serializeChange(one)), one)));
  });

  for (const text of [
    '',
    'a token',
    '{"version":1}',
    '{"version":2,"at":1,"value":"x"}',
    '{"at":1,"value":"x"}',
  ]) {
    it(`is older than anything when it was stored without a time: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseChange(text), { at: 0, value: text });
    });
  }
});

describe('isLater', () => {
  it('takes anything for later than nothing', () => {
    assert.equal(isLater({ at: 0, value: null }, undefined), true);
    assert.equal(isLater({ at: 0, value: '' }, undefined), true);
  });

  it('goes by the time, and at the same time prefers a value to its deletion', () => {
    assert.equal(isLater({ at: 2, value: null }, { at: 1, value: 'a' }), true);
    assert.equal(isLater({ at: 1, value: 'a' }, { at: 2, value: null }), false);
    assert.equal(isLater({ at: 1, value: 'a' }, { at: 1, value: null }), true);
  });

  it('has one answer for two changes, whichever is heard of first', () => {
    fc.assert(
      fc.property(change, change, (one, other) => {
        const isSame = one.at === other.at && one.value === other.value;
        assert.equal(isLater(one, other), !isSame && !isLater(other, one));
      }),
    );
  });

  it('puts any number of changes in one order', () => {
    fc.assert(
      fc.property(change, change, change, (one, two, three) => {
        assert.ok(!(isLater(one, two) && isLater(two, three)) || isLater(one, three));
      }),
    );
  });
});
