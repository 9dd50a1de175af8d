import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AuthError } from '../../src/core/errors.ts';
import { recordLog } from '../support/recordedLog.ts';

/** Long enough to be learned, and nothing that a log line says by itself. */
const secrets = fc
  .oneof(
    fc.string({ minLength: 6, unit: 'grapheme' }),
    fc.string({ minLength: 6, unit: fc.constantFrom(...'ab/+=%&"\\\' \n\t') }),
    fc.base64String({ minLength: 8 }),
  )
  .filter((secret) => secret.length >= 6 && secret.trim().length > 3 && !'‹redacted›'.includes(secret));

/** Every way in which a secret is commonly written. */
function writtenForms(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), new URLSearchParams({ s: secret }).toString().slice(2)];
}

describe('Log', () => {
  it('never shows a learned secret, wherever it stands and however it is written', () => {
    const words = fc.constantFrom(
      '',
      ' ',
      'x',
      '=',
      '"',
      'https://a.example/',
      'https://a.example/?q=',
      '{"a":"',
    );
    fc.assert(
      fc.property(secrets, words, words, (secret, before, after) => {
        const { log, redactor, lines } = recordLog();
        redactor.learn(secret);
        for (const form of writtenForms(secret)) {
          const text = before + form + after;
          log.info(text);
          log.info('Field', { text, list: [text, text] });
          log.info('Error', { reason: new Error(text) });
          log.info('Name', { reason: Object.assign(new Error('x'), { name: text, code: text }) });
          const inner = new AuthError('network', text, { cause: text });
          log.info('Causes', { reason: new TypeError('x', { cause: new Error('y', { cause: inner }) }) });
          log.info('URL', { at: new URL(`https://a.example/${encodeURIComponent(text)}`) });
        }
        for (const line of lines) {
          for (const form of [...writtenForms(secret), JSON.stringify(secret).slice(1, -1)]) {
            assert.equal(line.includes(form), false, JSON.stringify({ form, line }));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes one line, whatever it is told', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'ab\n\r\u0085\u2028\u2029\x1b\x7f"') });
    fc.assert(
      fc.property(nasty, (text) => {
        const { log, lines } = recordLog();
        log.error(text, { text, list: [text], reason: new Error(text, { cause: text }), at: undefined });
        assert.equal(lines.length, 1);
        assert.doesNotMatch(lines.join(''), /[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('writes level, message and the fields that have a value', () => {
    const { log, lines } = recordLog();
    log.trace('One');
    log.debug('Two', { status: 200, origin: 'https://a.example' });
    log.info('Three', { none: undefined, at: new URL('https://a.example/x?y=z') });
    log.warn('Four', { token: 'abc' });
    log.error('Five', {
      reason: new AuthError('timeout', 'Too late.', { cause: new TypeError('fetch failed') }),
    });
    assert.deepEqual(lines, [
      'trace One',
      'debug Two status=200 origin="https://a.example/"',
      'info Three at=https://a.example/x?y',
      'warn Four token=‹redacted›',
      'error Five reason=AuthError [timeout]: Too late. ← TypeError: fetch failed',
    ]);
  });

  it('leaves out what an error carries besides name, code and message', () => {
    const { log, lines } = recordLog();
    const cause = { access_token: 'abc', body: 'private' };
    log.error('Failed', { reason: Object.assign(new Error('Bad', { cause }), { body: 'private' }) });
    assert.deepEqual(lines, ['error Failed reason=Error: Bad ← (Object)']);
  });

  it('ends with a chain of causes that never ends', () => {
    const { log, lines } = recordLog();
    const reason = new Error('a');
    reason.cause = reason;
    log.error('Failed', { reason });
    assert.deepEqual(lines, [`error Failed reason=${Array(5).fill('Error: a').join(' ← ')}`]);
  });
});
