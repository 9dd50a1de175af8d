import assert from 'node:assert/strict';
import { parseHelperOutput } from '../../../src/core/credential/helperOutput.ts';

const secret = 'sesame-4711';

describe('parseHelperOutput', () => {
  it('reads an object of strings, with white space around it', () => {
    assert.deepEqual(parseHelperOutput('\n {"Authorization": "Bearer a", "X-Team": ""}\r\n'), {
      Authorization: 'Bearer a',
      'X-Team': '',
    });
  });

  it('drops white space around a value, as fetch does', () => {
    assert.deepEqual(parseHelperOutput('{"A": " b c\\r\\n"}'), { A: 'b c' });
  });

  it('takes {} for a success without headers', () => {
    assert.deepEqual(parseHelperOutput('{}'), {});
  });

  it('keeps a header called __proto__ as nothing but a header', () => {
    const headers = parseHelperOutput('{"__proto__": "a"}');
    assert.deepEqual(Object.entries(headers), [['__proto__', 'a']]);
    assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  });

  const refused: readonly (readonly [what: string, stdout: string, message: RegExp])[] = [
    ['nothing', ' \n', /printed nothing/],
    ['no JSON', `Bearer ${secret}`, /not JSON/],
    ['JSON and more', `{"A": "${secret}"} ok`, /not JSON/],
    ['a list', `["${secret}"]`, /not an object/],
    ['null', 'null', /not an object/],
    ['a string', `"${secret}"`, /not an object/],
    ['a number as a value', '{"X-Count": 5}', /Header "X-Count" from the helper is not a string/],
    ['an object as a value', `{"A": {"b": "${secret}"}}`, /Header "A" from the helper is not a string/],
    ['an empty name', `{"": "${secret}"}`, /name cannot be sent/],
    ['a name that is a value', `{"Bearer ${secret}": "a"}`, /name cannot be sent/],
    ['a long name', `{"${'a'.repeat(65)}": 1}`, /^A header from the helper is not a string/],
    ['a value with a line break', `{"A": "${secret}\\r\\nB: c"}`, /"A" from the helper has a value/],
    ['a value beyond Latin-1', `{"A": "${secret} ☃"}`, /"A" from the helper has a value/],
  ];
  for (const [what, stdout, message] of refused) {
    it(`refuses ${what}, and quotes no value`, () => {
      assert.throws(
        () => parseHelperOutput(stdout),
        (error) => {
          assert.ok(error instanceof Error);
          assert.match(error.message, message);
          assert.ok(!error.message.includes(secret));
          assert.equal(error.cause, undefined);
          return true;
        },
      );
    });
  }

  for (const name of [
    'connection',
    'Content-Length',
    'Expect',
    'keep-alive',
    'Transfer-Encoding',
    'upgrade',
  ]) {
    it(`refuses ${name}, which would break the request`, () => {
      assert.throws(() => parseHelperOutput(JSON.stringify({ [name]: '1' })), {
        code: 'helper_failed',
        message: /is not for a helper to set/,
      });
    });
  }
});
