import assert from 'node:assert/strict';
import { attentionText, needsAttention, needsSignIn } from '../../../src/core/session/attention.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { sampleStates } from '../../support/sampleStates.ts';

const all = Object.values(sampleStates).flat();
const isRejected = (state: ServerState) => 'isRejected' in state && state.isRejected;
const kindsOf = (which: typeof needsAttention) => [...new Set(all.filter(which).map(({ kind }) => kind))];

describe('what needs the person', () => {
  it('is a server that waits for a sign-in, or lacks what only the person has, and no mistake in a file', () => {
    const kinds = kindsOf((state) => !isRejected(state) && needsAttention(state));
    assert.deepEqual(kinds, [
      'missingVariable',
      'helperFailed',
      'needsScopes',
      'expired',
      'needsAuthentication',
    ]);
  });

  it('is a server that has refused what was sent, whatever that was', () => {
    const refused = all.filter(isRejected);
    assert.ok(refused.length > 0);
    assert.deepEqual(refused.filter(needsAttention), refused);
    assert.ok(all.some((state) => state.kind === 'savedToken' && !needsAttention(state)));
  });

  it('is a sign-in in these states', () => {
    assert.deepEqual(kindsOf(needsSignIn), ['needsScopes', 'expired', 'needsAuthentication']);
  });

  it('is counted in words', () => {
    assert.deepEqual([1, 2].map(attentionText), ['1 server needs you', '2 servers need you']);
  });
});
