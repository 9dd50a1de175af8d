import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redactor } from '../../src/core/redaction.ts';
import { anyText } from '../support/anyText.ts';

describe('Redactor.text', () => {
  for (const [text, expected] of [
    ['https://user:pa55word@mcp.example/mcp', 'https://mcp.example/mcp'],
    ['https://mcp.example/mcp?key=abc&tenant=x&key=d#frag', 'https://mcp.example/mcp?key&tenant'],
    [
      'vscode://mcp-auth.mcp-auth/callback?code=abc&state=def',
      'vscode://mcp-auth.mcp-auth/callback?code&state',
    ],
    [
      'see <https://a.example/?x=1> and "https://b.example/#y"',
      'see <https://a.example/?x> and "https://b.example/"',
    ],
    ["https://a.example/?q=it's-mine", 'https://a.example/?q'],
    ['https://u:pa55word@[bad/x?key=abc#f', 'https://[bad/x'],
    ['https://hooks.example/T0123456789abcdefghijk/x', 'https://hooks.example/…/x'],
    ['Authorization: Bearer abcdef', 'Authorization: ‹redacted›'],
    ['authorization=token ghp_abc, more', 'authorization=‹redacted›'],
    ['Set-Cookie: a=1; b=2\nnext', 'Set-Cookie: ‹redacted›\\nnext'],
    ['sent Bearer abc.def-ghi to it', 'sent Bearer ‹redacted› to it'],
    ['grant_type=x&refresh_token=abc&client_id=y', 'grant_type=x&refresh_token=‹redacted›&client_id=y'],
    ['{"access_token":"abc","token_type":"bearer"}', '{"access_token":‹redacted›,"token_type":"bearer"}'],
    ['{"client_secret": "two words", "a": 1}', '{"client_secret": ‹redacted›, "a": 1}'],
    ['{"client_secret":"cut off', '{"client_secret":‹redacted›'],
    ['got eyJhbGciOi.eyJzdWIi.c2ln here', 'got ‹redacted› here'],
    ['codec=x decode=y state-of-the-art', 'codec=x decode=y state-of-the-art'],
    ['nothing to hide', 'nothing to hide'],
  ] as const) {
    it(`makes ${JSON.stringify(text)} ${JSON.stringify(expected)}`, () => {
      assert.equal(new Redactor().text(text), expected);
    });
  }

  it('escapes every character that could begin another line or turn the order around', () => {
    const line = new Redactor().text('a\nb\rc\td\x00e\x1b[31mf\x7fg\u0085h\u2028i\u2029j\u202ek');
    assert.equal(line, 'a\\nb\\rc\\td\\u0000e\\u001b[31mf\\u007fg\\u0085h\\u2028i\\u2029j\\u202ek');
  });

  it('takes what is learned out of the longest match first', () => {
    const redactor = new Redactor();
    redactor.learn('secret');
    redactor.learn('secret-and-more');
    assert.equal(redactor.text('secret-and-more secret'), '‹redacted› ‹redacted›');
  });

  it('does not learn nothing, or what is too short to be a secret', () => {
    const redactor = new Redactor();
    for (const value of [undefined, '', 'a', 'short']) {
      redactor.learn(value);
    }
    assert.equal(redactor.text('a short text'), 'a short text');
  });

  it('keeps the newest when it is taught more than it remembers', () => {
    const redactor = new Redactor();
    redactor.learn('first-secret');
    for (let index = 0; index < 1000; index++) {
      redactor.learn(`another-secret-${index}`);
    }
    redactor.learn('another-secret-999');
    assert.equal(redactor.text('another-secret-999 another-secret-900'), '‹redacted› ‹redacted›');
    assert.equal(redactor.text('first-secret'), 'first-secret');
  });

  it('learns anything a server may call a token', () => {
    fc.assert(fc.property(anyText(), (secret) => new Redactor().learn(secret)));
    assert.doesNotThrow(() => new Redactor().learn('\ud800abcdef'));
  });

  it('takes user info, query values and fragments out of any URL', () => {
    const mark = 'qzqzqz';
    const part = fc
      .string({ unit: 'grapheme' })
      .map((text) => encodeURIComponent(text).replaceAll('%27', "'") + mark);
    const urls = fc
      .tuple(fc.webUrl(), part, part, part, part)
      .map(
        ([base, user, password, value, fragment]) =>
          `${base.replace('://', `://${user}:${password}@`)}?name=${value}#${fragment}`,
      );
    fc.assert(
      fc.property(urls, fc.string(), (url, around) => {
        const redactor = new Redactor();
        for (const line of [
          redactor.text(`${around} ${url} ${around}`),
          redactor.field('at', new URL(url)),
        ]) {
          assert.equal(line.includes(mark), false, line);
        }
      }),
    );
  });
});

describe('Redactor.field', () => {
  const redactor = new Redactor();

  it('withholds whatever stands under the name of a secret', () => {
    for (const name of [
      'token',
      'access_token',
      'accessToken',
      'Client-Secret',
      'code',
      'state',
      'password',
    ]) {
      assert.equal(redactor.field(name, 'abc'), '‹redacted›');
    }
  });

  it('quotes texts, so that they cannot pose as other fields', () => {
    assert.equal(redactor.field('name', 'a" status=200 b="\n'), '"a\\" status=200 b=\\"\\n"');
  });

  it('finds secrets by name in a text that has quotes of its own', () => {
    const field = redactor.field('body', '{"client_secret":"two words"}');
    assert.equal(field, '"{\\"client_secret\\":‹redacted›}"');
  });

  it('writes numbers, booleans and nothing as they are', () => {
    assert.deepEqual(
      [7, true, null].map((value) => redactor.field('value', value)),
      ['7', 'true', 'null'],
    );
  });
});
