// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what people paste from documentation
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEnteredToken } from '../../../src/core/credential/enteredToken.ts';
import type { TokenWay } from '../../../src/core/credential/savedToken.ts';

const bearer: TokenWay = { headerName: 'Authorization', scheme: 'Bearer' };
const apiKey: TokenWay = { headerName: 'X-API-Key' };
const basic: TokenWay = { headerName: 'Authorization', scheme: 'Basic' };
const sentry: TokenWay = { headerName: 'Authorization', scheme: 'Sentry-Bearer' };

describe('parseEnteredToken', () => {
  const understood: readonly (readonly [
    text: string,
    way: TokenWay,
    scheme: string | undefined,
    token: string,
  ])[] = [
    ['ghp_1', bearer, 'Bearer', 'ghp_1'],
    ['  ghp_1\r\n', bearer, 'Bearer', 'ghp_1'],
    ['Bearer ghp_1', bearer, 'Bearer', 'ghp_1'],
    ['bearer   ghp_1', sentry, 'Bearer', 'ghp_1'],
    ['Authorization: Bearer ghp_1', bearer, 'Bearer', 'ghp_1'],
    ['authorization:Sentry-Bearer s-1', bearer, 'Sentry-Bearer', 's-1'],
    ['Token token=p-1', bearer, 'Token token=', 'p-1'],
    ['Token token="p-1"', bearer, 'Token token=', 'p-1'],
    ['Token t-1', bearer, 'Token', 't-1'],
    ['Bearer ghp_1', apiKey, undefined, 'ghp_1'],
    ['a@b.example:t-1', basic, 'Basic', btoa('a@b.example:t-1')],
    [btoa('a@b.example:t-1'), basic, 'Basic', btoa('a@b.example:t-1')],
    [`Basic ${btoa('a:b')}`, bearer, 'Basic', btoa('a:b')],
    ['Bearer service-key', basic, 'Bearer', 'service-key'],
    ['key-id:secret', bearer, 'Bearer', 'key-id:secret'],
    ['mytokenbearer', bearer, 'Bearer', 'mytokenbearer'],
    ['your0123456789', bearer, 'Bearer', 'your0123456789'],
  ];
  for (const [text, way, scheme, token] of understood) {
    it(`reads ${JSON.stringify(text)} for ${way.headerName} ${way.scheme ?? 'by itself'}`, () => {
      assert.deepEqual(parseEnteredToken(text, way), {
        kind: 'token',
        headerName: way.headerName,
        scheme,
        token,
      });
    });
  }

  const refused: readonly (readonly [text: string, way: TokenWay, sentence: RegExp])[] = [
    ['', bearer, /is empty/],
    [' \t ', bearer, /is empty/],
    ['Bearer', bearer, /no token behind the scheme/],
    ['Authorization: Bearer ', bearer, /no token behind the scheme/],
    ['a\nb', bearer, /a line break/],
    ['a\u0000b', bearer, /a line break/],
    ['a\u200bb', bearer, /a character that no token has/],
    ['tökén', bearer, /a character that no token has/],
    ['one two', bearer, /a space/],
    ['token-only', basic, /EMAIL:TOKEN/],
    [btoa('no colon'), basic, /EMAIL:TOKEN/],
    ...[
      '<your-token>',
      '${GITHUB_TOKEN}',
      'YOUR_API_KEY',
      'your-token-here',
      'ghp_...',
      'ghp_…',
      'xxxxxxxx',
      '••••••',
      '[REDACTED]',
      'Bearer <token>',
      'changeme',
      'API_KEY',
    ].map((text) => [text, bearer, /placeholder/] as const),
  ];
  for (const [text, way, sentence] of refused) {
    it(`refuses ${JSON.stringify(text)} in words`, () => {
      const entered = parseEnteredToken(text, way);
      assert.match(entered.kind === 'problem' ? entered.sentence : 'none', sentence);
    });
  }

  it('gives only what can be in a header, and repeats nothing of what it refuses', () => {
    const ways = fc.constantFrom(bearer, apiKey, basic, sentry);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8 }), ways, (text, way) => {
        const entered = parseEnteredToken(text, way);
        if (entered.kind === 'token') {
          assert.match(entered.token, /^[!-~]+$/);
          assert.doesNotThrow(() => new Headers([[entered.headerName, entered.token]]));
        } else {
          assert.ok(!entered.sentence.includes(text.trim()) || text.trim() === '');
        }
      }),
    );
  });
});
