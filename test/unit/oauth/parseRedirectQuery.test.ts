import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRedirectQuery } from '../../../src/core/oauth/parseRedirectQuery.ts';
import { anyText } from '../../support/anyText.ts';

describe('parseRedirectQuery', () => {
  for (const [query, encoding, expected] of [
    [
      'code=a%2Fb%2B&state=x+y',
      'encoded',
      [
        ['code', 'a/b+'],
        ['state', 'x y'],
      ],
    ],
    [
      'code=a/b+%41&state=x y',
      'decoded',
      [
        ['code', 'a/b+%41'],
        ['state', 'x y'],
      ],
    ],
    [
      'code=a==&state=b=c',
      'decoded',
      [
        ['code', 'a=='],
        ['state', 'b=c'],
      ],
    ],
    [
      'code=a==&state=b=c',
      'encoded',
      [
        ['code', 'a=='],
        ['state', 'b=c'],
      ],
    ],
    [
      'iss=https://as.example/?a=b&state=x',
      'decoded',
      [
        ['iss', 'https://as.example/?a=b'],
        ['state', 'x'],
      ],
    ],
    [
      '&&code&=x&',
      'decoded',
      [
        ['code', ''],
        ['', 'x'],
      ],
    ],
    [
      'state=a&state=b',
      'decoded',
      [
        ['state', 'a'],
        ['state', 'b'],
      ],
    ],
    [
      'state=a&state=b',
      'encoded',
      [
        ['state', 'a'],
        ['state', 'b'],
      ],
    ],
    ['', 'decoded', []],
    ['', 'encoded', []],
    ['code=%', 'encoded', [['code', '%']]],
  ] as const) {
    it(`reads ${JSON.stringify(query)}, ${encoding}, as ${JSON.stringify(expected)}`, () => {
      assert.deepEqual([...parseRedirectQuery(query, encoding)], expected);
    });
  }

  for (const encoding of ['decoded', 'encoded'] as const) {
    it(`reads an oversized query, ${encoding}, as empty`, () => {
      const query = `code=${'x'.repeat(16_384 - 'code='.length)}`;
      assert.equal(parseRedirectQuery(query, encoding).size, 1);
      assert.equal(parseRedirectQuery(`${query}x`, encoding).size, 0);
    });

    it(`never throws on a query that is ${encoding}`, () => {
      fc.assert(fc.property(anyText(), (query) => void parseRedirectQuery(query, encoding)));
    });
  }

  it('reads any code and state that were decoded on their way, but for an & within', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('&'));
    fc.assert(
      fc.property(value, value, (code, state) => {
        const sent = new URLSearchParams({ code, state }).toString().replaceAll('+', '%20');
        const response = parseRedirectQuery(decodeURIComponent(sent), 'decoded');
        assert.deepEqual([response.get('code'), response.get('state')], [code, state]);
      }),
    );
  });
});
