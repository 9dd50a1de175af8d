import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quote, quoteUnlessPlain } from '../../src/core/quote.ts';
import { anyText } from '../support/anyText.ts';

describe('quote', () => {
  for (const [what, text, expected] of [
    ['plain text', 'Müller & Söhne 🙂', '"Müller & Söhne 🙂"'],
    ['quotes and lines', 'a "b"\r\nc', '"a \\"b\\"\\r\\nc"'],
    ['a change of direction', 'evil\u202Egro.doog', '"evil\\u{202e}gro.doog"'],
    ['isolates and marks', '\u2066\u2069\u200F\u061C', '"\\u{2066}\\u{2069}\\u{200f}\\u{61c}"'],
    ['what cannot be seen', 'a\u200Bb\uFEFFc\u00ADd', '"a\\u{200b}b\\u{feff}c\\u{ad}d"'],
    ['separators of lines', '\u2028\u2029\u0085', '"\\u{2028}\\u{2029}\\u{85}"'],
  ] as const) {
    it(`writes ${what} so that it reads as what it is`, () => {
      assert.equal(quote(text), expected);
    });
  }

  it('leaves nothing that could break the line or turn it', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        assert.match(quote(text), /^"[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*"$/u);
      }),
    );
  });
});

describe('quoteUnlessPlain', () => {
  it('leaves plain text alone and quotes the rest', () => {
    assert.equal(quoteUnlessPlain('files:read'), 'files:read');
    assert.equal(quoteUnlessPlain('files\u202Edaer'), '"files\\u{202e}daer"');
  });
});
