import assert from 'node:assert/strict';
import { attentionText, needsAttention, needsSignIn } from '../../../src/core/session/attention.ts';
import { sampleStates } from '../../support/sampleStates.ts';

const all = Object.values(sampleStates).flat();
const kindsOf = (which: typeof needsAttention) => [...new Set(all.filter(which).map(({ kind }) => kind))];

describe('what needs the person', () => {
  it('is a server that waits for a sign-in, and no mistake in a file', () => {
    assert.deepEqual(kindsOf(needsAttention), ['needsScopes', 'expired', 'needsAuthentication']);
  });

  it('is a sign-in in these states', () => {
    assert.deepEqual(kindsOf(needsSignIn), ['needsScopes', 'expired', 'needsAuthentication']);
  });

  it('is counted in words', () => {
    assert.deepEqual([1, 2].map(attentionText), ['1 server needs you', '2 servers need you']);
  });
});
