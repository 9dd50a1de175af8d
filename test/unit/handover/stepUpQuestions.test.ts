import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/event.ts';
import { type ContactableServer, isContactable } from '../../../src/core/handover/contactableServer.ts';
import { quietTime, StepUpQuestions } from '../../../src/core/handover/stepUpQuestions.ts';
import { stepUpSentence } from '../../../src/core/handover/stepUpSentence.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { sampleServer } from '../../support/sampleServer.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

function contactable(name: string): ContactableServer {
  const server = sampleServer(name);
  assert.ok(isContactable(server));
  return server;
}

const linear = contactable('linear');
const sentry = contactable('sentry');

describe('asking for more scopes', () => {
  let clock: FakeClock;
  let changed: Emitter<void>;
  let session: Session | undefined;
  let asked: { readonly what: string; readonly answer: (isWanted: boolean) => void }[];
  let signIns: ((isDone: boolean) => void)[];
  let questions: StepUpQuestions;
  const signal = new AbortController().signal;

  beforeEach(() => {
    clock = new FakeClock();
    changed = new Emitter();
    session = sampleSession();
    asked = [];
    signIns = [];
    questions = new StepUpQuestions({
      clock,
      sessions: { get: () => session, onDidChange: changed.event },
      ask: ({ definition }, scope) =>
        new Promise((answer) => asked.push({ what: `${definition.name} ${scope}`, answer })),
      authenticate: () => new Promise((end) => signIns.push(end)),
    });
  });
  afterEach(() => questions.dispose());

  const signIn = () => {
    session = sampleSession({ createdAt: sampleTime + 1 });
    changed.fire();
  };
  const answer = (index: number, isWanted: boolean) => asked[index]?.answer(isWanted);
  const untilSignIn = () => until(() => signIns.length === 1, 'nobody signs in');

  it('lets all requests to a server wait for one answer, and one sign-in', async () => {
    const waiting = [
      questions.stepUp(linear, 'write', signal),
      questions.stepUp(linear, 'write', signal),
      questions.stepUp(linear, 'admin', signal),
    ];
    const elsewhere = questions.stepUp(sentry, 'write', signal);
    assert.deepEqual(
      asked.map(({ what }) => what),
      ['linear write', 'sentry write'],
    );
    answer(0, true);
    answer(1, false);
    await untilSignIn();
    signIns[0]?.(true);
    assert.deepEqual(await Promise.all(waiting), [true, true, true]);
    assert.equal(await elsewhere, false);
  });

  it('begins anew after an answer', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    answer(0, true);
    await untilSignIn();
    signIn();
    assert.equal(await first, true);
    void questions.stepUp(linear, 'write', signal);
    assert.equal(asked.length, 2);
  });

  it('does not ask again for a while what the person has declined, but other things', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    answer(0, false);
    assert.equal(await first, false);
    assert.equal(await questions.stepUp(linear, 'write', signal), false);
    const other = questions.stepUp(linear, 'admin', signal);
    assert.equal(asked.length, 2);
    answer(1, false);
    assert.equal(await other, false);
    clock.advance(quietTime);
    void questions.stepUp(linear, 'write', signal);
    assert.equal(asked.length, 3);
  });

  it('asks of a new sign-in what was declined for the one before', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    answer(0, false);
    assert.equal(await first, false);
    signIn();
    void questions.stepUp(linear, 'write', signal);
    assert.equal(asked.length, 2);
  });

  it('fails where the sign-in does, and does not begin it again by itself', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    answer(0, true);
    await untilSignIn();
    signIns[0]?.(false);
    assert.equal(await first, false);
    assert.equal(await questions.stepUp(linear, 'write', signal), false);
    assert.equal(signIns.length, 1);
  });

  it('goes on as soon as the person has signed in by another way, and has them do it once only', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    changed.fire();
    signIn();
    assert.equal(await first, true);
    answer(0, true);
    const second = questions.stepUp(linear, 'write', signal);
    answer(1, true);
    await untilSignIn();
    signIns[0]?.(true);
    assert.equal(await second, true);
    assert.equal(signIns.length, 1, 'the first question came too late to begin anything');
  });

  it('takes no sign-out for an answer', async () => {
    const first = questions.stepUp(linear, 'write', signal);
    session = undefined;
    changed.fire();
    answer(0, false);
    assert.equal(await first, false);
  });

  it('stops waiting when its request is given up, and keeps the question for the next one', async () => {
    const client = new AbortController();
    const first = questions.stepUp(linear, 'write', client.signal);
    client.abort(new AuthError('cancelled', 'The client is gone.'));
    await assert.rejects(first, { code: 'cancelled' });
    await assert.rejects(questions.stepUp(linear, 'write', client.signal), { code: 'cancelled' });
    const second = questions.stepUp(linear, 'write', signal);
    assert.equal(asked.length, 1);
    answer(0, true);
    await untilSignIn();
    signIns[0]?.(true);
    assert.equal(await second, true);
  });
});

describe('the question for more scopes', () => {
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['linear', 'issues:write', '"linear" wants more permissions for what an agent is doing: issues:write.'],
    ['linear', 'a  b', '"linear" wants more permissions for what an agent is doing: a, b.'],
    ['linear', undefined, '"linear" wants more permissions for what an agent is doing.'],
    ['linear', ' ', '"linear" wants more permissions for what an agent is doing.'],
    [
      'a"\n',
      'a b c d e f g',
      '"a\\"\\n" wants more permissions for what an agent is doing: a, b, c, d, e, and 2 more.',
    ],
    [
      'a',
      `\u202e ${'s'.repeat(100)}`,
      `"a" wants more permissions for what an agent is doing: "\\u{202e}", ${'s'.repeat(60)}….`,
    ],
  ];
  for (const [name, scope, expected] of cases) {
    it(expected, () => assert.equal(stepUpSentence(name, scope), expected));
  }
});
