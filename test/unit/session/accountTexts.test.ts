import assert from 'node:assert/strict';
import type { AccountOutcome } from '../../../src/core/session/accountFor.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { signInSentence } from '../../../src/core/session/signInSentence.ts';
import { accountStateText } from '../../../src/core/session/stateText.ts';

const now = Date.UTC(2030, 0, 1);

describe('the state of a server with several accounts', () => {
  const table: readonly (readonly [ServerState, string])[] = [
    [
      { kind: 'authenticated', expiresAt: now + 52 * 60_000, refreshable: true },
      'authenticated · alice@example.com · 52 min',
    ],
    [{ kind: 'authenticated', refreshable: true }, 'authenticated · alice@example.com'],
    [
      { kind: 'authenticated', expiresAt: now, refreshable: true },
      'authenticated · alice@example.com · refreshes on next use',
    ],
    [{ kind: 'expired' }, 'session expired · alice@example.com'],
    [{ kind: 'needsScopes' }, 'extra scopes needed · alice@example.com'],
    [{ kind: 'refreshing' }, 'refreshing… · alice@example.com'],
    [{ kind: 'authenticating', step: 'waitingForBrowser' }, 'waiting for your browser…'],
    [
      { kind: 'staticHeader', fileName: '.mcp.json', headerName: 'Authorization', isRejected: false },
      'header from .mcp.json',
    ],
  ];
  for (const [state, expected] of table) {
    it(`is "${expected}"`, () => {
      assert.equal(accountStateText(state, now, 'alice@example.com'), expected);
    });
  }
});

describe('the end of a sign-in', () => {
  const table: readonly (readonly [AccountOutcome, string])[] = [
    ['first', 'Authenticated at "sentry".'],
    ['renewed', 'Authenticated at "sentry".'],
    ['added', 'Added bob at "sentry". This workspace uses it from now on.'],
    [
      'alreadyThere',
      'bob was signed in at "sentry" already: that session was renewed, and this workspace uses it from now on.',
    ],
    [
      'somebodyElse',
      'You signed in at "sentry" as somebody else: this workspace uses bob from now on. The other account stays as it was.',
    ],
  ];
  for (const [outcome, expected] of table) {
    it(`is "${expected}"`, () => {
      assert.equal(signInSentence(outcome, 'sentry', 'bob'), expected);
    });
  }

  it('is told also where the account is gone already', () => {
    assert.match(signInSentence('added', 'sentry'), /^Added a further account at "sentry"\./);
  });
});
