import assert from 'node:assert/strict';
import type { AccountWish } from '../../../src/core/session/account.ts';
import { type AccountOutcome, accountFor } from '../../../src/core/session/accountFor.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const issuer = 'https://as.example';
const otherIssuer = 'https://other.example';

interface Who {
  readonly subject?: string;
  readonly name?: string;
  readonly issuer?: string;
}

function session(id: string, addedAt: number, { issuer: at = issuer, ...who }: Who = {}): Session {
  const sample = sampleSession();
  return sampleSession({
    account: { id, addedAt, ...who },
    authorizationServer: { ...sample.authorizationServer, issuer: at },
  });
}

const unknown = session('default', 1);
const alice = session('default', 1, { subject: 'a', name: 'alice' });
const bob = session('b-id', 2, { subject: 'b', name: 'bob' });
const nameless = session('n-id', 3);

const another: AccountWish = { kind: 'another' };
const renew = ({ account: { id } }: Session): AccountWish => ({ kind: 'existing', id });

interface Case {
  readonly title: string;
  readonly wish?: AccountWish;
  readonly existing: readonly Session[];
  readonly who?: Who;
  readonly expected: {
    readonly id: string;
    readonly addedAt: number;
    readonly name?: string;
    readonly subject?: string;
    readonly outcome: AccountOutcome;
  };
}

const cases: readonly Case[] = [
  {
    title: 'is the first one where nobody is signed in',
    existing: [],
    expected: { id: 'default', addedAt: 9, outcome: 'first' },
  },
  {
    title: 'is the first one, with the name that the server tells, where nobody is signed in',
    existing: [],
    who: { subject: 'a', name: 'alice' },
    expected: { id: 'default', addedAt: 9, subject: 'a', name: 'alice', outcome: 'first' },
  },
  {
    title: 'is the first one where everybody signed out while a further one was added',
    wish: another,
    existing: [],
    expected: { id: 'default', addedAt: 9, outcome: 'first' },
  },
  {
    title: 'is the one that was meant where nobody knows who signs in',
    wish: renew(alice),
    existing: [alice, bob],
    expected: { id: 'default', addedAt: 1, name: 'alice', subject: 'a', outcome: 'renewed' },
  },
  {
    title: 'is the one that was meant where the same person signs in, and keeps the name that it has',
    wish: renew(bob),
    existing: [alice, bob],
    who: { subject: 'b', name: 'Robert' },
    expected: { id: 'b-id', addedAt: 2, name: 'bob', subject: 'b', outcome: 'renewed' },
  },
  {
    title: 'is the one that was meant, and learns who that is, where nobody knew',
    wish: renew(unknown),
    existing: [unknown],
    who: { subject: 'a', name: 'alice' },
    expected: { id: 'default', addedAt: 1, name: 'alice', subject: 'a', outcome: 'renewed' },
  },
  {
    title: 'is the oldest where another window has signed in meanwhile',
    existing: [unknown, nameless],
    expected: { id: 'default', addedAt: 1, outcome: 'renewed' },
  },
  {
    title: 'is another one where somebody else signs in',
    wish: renew(alice),
    existing: [alice],
    who: { subject: 'b', name: 'bob' },
    expected: { id: 'new', addedAt: 9, name: 'bob', subject: 'b', outcome: 'somebodyElse' },
  },
  {
    title: 'is that of somebody else where they have one',
    wish: renew(alice),
    existing: [alice, bob],
    who: { subject: 'b', name: 'bobby' },
    expected: { id: 'b-id', addedAt: 2, name: 'bob', subject: 'b', outcome: 'somebodyElse' },
  },
  {
    title: 'is that of somebody else also where nobody knew who was meant',
    wish: renew(nameless),
    existing: [alice, nameless],
    who: { subject: 'a' },
    expected: { id: 'default', addedAt: 1, name: 'alice', subject: 'a', outcome: 'somebodyElse' },
  },
  {
    title: 'is a further one where nobody knows who signs in',
    wish: another,
    existing: [alice],
    expected: { id: 'new', addedAt: 9, outcome: 'added' },
  },
  {
    title: 'comes behind those that are there, also where the clock was put back',
    wish: another,
    existing: [alice, session('late', 99)],
    expected: { id: 'new', addedAt: 100, outcome: 'added' },
  },
  {
    title: 'is a further one with the name that the server tells',
    wish: another,
    existing: [alice],
    who: { subject: 'b', name: 'bob' },
    expected: { id: 'new', addedAt: 9, name: 'bob', subject: 'b', outcome: 'added' },
  },
  {
    title: 'is the one that is there where a further one was meant and the same person signs in',
    wish: another,
    existing: [alice, bob],
    who: { subject: 'a', name: 'alice' },
    expected: { id: 'default', addedAt: 1, name: 'alice', subject: 'a', outcome: 'alreadyThere' },
  },
  {
    title: 'is a further one where the same subject is of another issuer',
    wish: another,
    existing: [alice],
    who: { subject: 'a', issuer: otherIssuer },
    expected: { id: 'new', addedAt: 9, subject: 'a', outcome: 'added' },
  },
  {
    title: 'is the one that was meant where its server has moved to another issuer, whose subject it gets',
    wish: renew(alice),
    existing: [alice],
    who: { subject: 'x', issuer: otherIssuer },
    expected: { id: 'default', addedAt: 1, name: 'alice', subject: 'x', outcome: 'renewed' },
  },
  {
    title: 'forgets the subject of an issuer that it is not of any more',
    wish: renew(alice),
    existing: [alice],
    who: { issuer: otherIssuer },
    expected: { id: 'default', addedAt: 1, name: 'alice', outcome: 'renewed' },
  },
  {
    title: 'is a further one where the one that was meant is gone',
    wish: renew(bob),
    existing: [alice],
    who: { subject: 'b' },
    expected: { id: 'new', addedAt: 9, subject: 'b', outcome: 'added' },
  },
];

describe('the account of a sign-in', () => {
  for (const { title, wish, existing, who = {}, expected } of cases) {
    it(title, () => {
      const signIn = session('default', 9, who);
      const { account, outcome } = accountFor({ signIn, wish, existing, newId: 'new' });
      const { name, subject, ...rest } = account;
      const said = { ...(name === undefined ? {} : { name }), ...(subject === undefined ? {} : { subject }) };
      assert.deepEqual({ ...rest, ...said, outcome }, expected);
    });
  }
});
