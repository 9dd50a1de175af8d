import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textChange } from '../../../src/core/config/textChange.ts';

describe('textChange', () => {
  it('is the shortest stretch that makes one text of the other', () => {
    assert.deepEqual(textChange('a b c', 'a x c'), { offset: 2, length: 1, text: 'x' });
    assert.deepEqual(textChange('aa', 'aaa'), { offset: 2, length: 0, text: 'a' });
    assert.deepEqual(textChange('', ''), { offset: 0, length: 0, text: '' });
  });

  it('makes any text of any other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = textChange(before, after);
        const { offset, length } = change;
        assert.equal(before.slice(0, offset) + change.text + before.slice(offset + length), after);
      }),
    );
  });
});
