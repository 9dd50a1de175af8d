import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import type { SignInEnd } from '../../../src/core/session/authenticateAll.ts';
import { signInSummary } from '../../../src/core/session/signInSummary.ts';
import { signOutSummary } from '../../../src/core/session/signOutSummary.ts';
import { sampleServer } from '../../support/sampleServer.ts';

const result = (name: string, end: SignInEnd) => ({ server: sampleServer(name), end });
const failed = (message: string): SignInEnd => ({
  kind: 'failed',
  error: new AuthError('access_denied', message),
});
const done: SignInEnd = { kind: 'authenticated', outcome: 'first' };

describe('the summary of several sign-ins', () => {
  it('names who is authenticated, what failed and why, what was given up, and what was skipped', () => {
    const results = [
      result('a', done),
      result('b', done),
      result('c', failed('You pressed Deny.')),
      result('d', { kind: 'cancelled' }),
      result('e', { kind: 'elsewhere' }),
      result('f', { kind: 'notNeeded' }),
    ];
    assert.equal(
      signInSummary(results, [sampleServer('g')]),
      'Authenticated at "a" and "b". Failed: "c" (You pressed Deny). Cancelled: "d". Goes on elsewhere: "e". Nothing to do at "f" and "g".',
    );
  });

  it('says where somebody else signed in than before', () => {
    const end = { kind: 'authenticated', outcome: 'somebodyElse' } as const;
    assert.equal(
      signInSummary([result('a', done), result('b', end)], []),
      'Authenticated at "a" and "b". Somebody else signed in at "b".',
    );
  });

  it('stays short with many servers and long reasons', () => {
    const results = Array.from({ length: 500 }, (_, index) => result(`s${index}`, failed('x'.repeat(9_999))));
    const summary = signInSummary(results, []);
    assert.ok(summary.length < 1_500, String(summary.length));
    assert.match(summary, /and 494 more\.$/);
  });

  it('leaves the reason of an unexpected error to the log', () => {
    const end: SignInEnd = { kind: 'failed', error: new TypeError('token abc') };
    assert.equal(signInSummary([result('a', end)], []), 'Failed: "a" (an unexpected error, see the log).');
  });
});

describe('the summary of several sign-outs', () => {
  for (const [outcomes, sentence] of [
    [['revoked'], 'Signed out of 1 session.'],
    [
      ['revoked', 'notOffered', 'failed', 'cancelled'],
      'Signed out of 3 sessions. The tokens of 1 end when they expire: revoking them is not offered. The tokens of 1 could not be revoked: they end when they expire. 1 session stayed, since you cancelled.',
    ],
    [[], ''],
  ] as const) {
    it(`is ${JSON.stringify(sentence)}`, () => assert.equal(signOutSummary(outcomes), sentence));
  }
});
