import assert from 'node:assert/strict';
import { type HelperResult, headersOfResult } from '../../../src/core/credential/helperResult.ts';
import { Redactor } from '../../../src/core/redaction.ts';

const redactor = new Redactor();
const headers = (result: HelperResult) => headersOfResult(result, (text) => redactor.text(text));

function exited(code: number, stdout: string, stderr = ''): HelperResult {
  return { kind: 'exited', code, stdout, stderr };
}

const failures: readonly (readonly [what: string, result: HelperResult, message: string])[] = [
  ['an exit code', exited(3, '{}'), 'The helper ended with exit code 3.'],
  [
    'an exit code and its first line that says something',
    exited(1, '', '\r\n  \n vault: permission denied \nsecond'),
    'The helper ended with exit code 1: "vault: permission denied".',
  ],
  [
    'colours and control characters taken out',
    exited(1, '', '\u001b[31mbad\u001b[0m\u0007 \u202ething'),
    'The helper ended with exit code 1: "bad thing".',
  ],
  ['a signal', { kind: 'killed', signal: 'SIGKILL', stderr: 'oh' }, 'The helper was ended by SIGKILL: "oh".'],
  ['the time limit', { kind: 'timedOut', stderr: '' }, 'The helper took longer than 10 seconds.'],
  [
    'the time limit, and what it wrote until then',
    { kind: 'timedOut', stderr: 'Password:' },
    'The helper took longer than 10 seconds: "Password:".',
  ],
  ['too much output', { kind: 'tooLong' }, 'The helper printed more than 1 MB.'],
  ['a missing folder', { kind: 'noFolder' }, 'The folder that the helper runs in does not exist.'],
  ['a shell that does not start', { kind: 'notStarted', cause: 1 }, 'The helper could not be started.'],
  [
    'output that is no JSON, and what it wrote besides',
    exited(0, 'no', 'deprecated'),
    'The helper printed something that is not JSON. It also wrote: "deprecated".',
  ],
];

describe('headersOfResult', () => {
  it('gives the headers of a command that ended well, whatever it wrote to stderr', () => {
    assert.deepEqual(headers(exited(0, '{"A": "b"}', 'a warning')), { A: 'b' });
  });

  for (const [what, result, message] of failures) {
    it(`says ${what}`, () => {
      assert.throws(() => headers(result), { code: 'helper_failed', remedy: 'retry', message });
    });
  }

  it('cuts the line to 200 characters', () => {
    assert.throws(() => headers(exited(1, '', '😀'.repeat(300))), {
      message: `The helper ended with exit code 1: "${'😀'.repeat(199)}…".`,
    });
  });

  it('takes secrets out of the line before it is cut, so that none is cut in half', () => {
    const known = new Redactor();
    known.learn('sesame-open-4711');
    const stderr = `${'x'.repeat(192)} sesame-open-4711`;
    assert.throws(
      () => headersOfResult(exited(1, '', stderr), (text) => known.text(text)),
      (error) => error instanceof Error && !error.message.includes('sesame'),
    );
  });

  it('keeps the cause of a shell that does not start', () => {
    const cause = new Error('spawn EAGAIN');
    assert.throws(() => headers({ kind: 'notStarted', cause }), { cause });
  });
});
