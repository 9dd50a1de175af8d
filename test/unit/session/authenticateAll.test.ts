import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { AuthError } from '../../../src/core/errors.ts';
import { SignInInterruptedError } from '../../../src/core/oauth/signInInterruptedError.ts';
import type { ServerSnapshot } from '../../../src/core/serverSnapshot.ts';
import type { AccountOutcome } from '../../../src/core/session/accountFor.ts';
import { authenticateAll } from '../../../src/core/session/authenticateAll.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { planSignIns } from '../../../src/core/session/signInPlan.ts';
import { sampleServer } from '../../support/sampleServer.ts';
import { sampleStates } from '../../support/sampleStates.ts';

/** A sign-in that the test ends. */
interface Begun {
  readonly name: string;
  readonly report: (message: string) => void;
  readonly end: (outcome: AccountOutcome) => void;
  readonly fail: (error: unknown) => void;
}

function start(servers: readonly ServerSnapshot[], controller = new AbortController()) {
  const begun: Begun[] = [];
  const told: string[] = [];
  const results = authenticateAll(
    servers,
    {
      signIn: ({ definition: { name } }, report, signal) =>
        new Promise((end, fail) => {
          signal.addEventListener('abort', () => fail(signal.reason));
          begun.push({ name, report, end, fail });
        }),
      onProgress: ({ number, total, server, message }) =>
        told.push(`${number}/${total} ${server.definition.name}: ${message}`),
    },
    controller.signal,
  );
  const names = () => begun.map(({ name }) => name);
  const of = (name: string) => begun.find((one) => one.name === name) ?? assert.fail(`${name} has not begun`);
  const ends = async () => (await results).map(({ server, end }) => [server.definition.name, end.kind]);
  return { names, of, told, ends, results, controller };
}

const five = ['a', 'b', 'c', 'd', 'e'].map((name) => sampleServer(name));

/** A server whose client is registered for a port. */
function atPort(name: string, callbackPort: number): ServerSnapshot {
  const server = sampleServer(name);
  const { definition } = server;
  assert.ok(definition.kind === 'remote');
  return { ...server, definition: { ...definition, oauth: { callbackPort } } };
}

describe('authenticateAll', () => {
  it('has three sign-ins in flight, and begins another as one ends', async () => {
    const { names, of, ends } = start(five);
    assert.deepEqual(names(), ['a', 'b', 'c']);
    of('b').end('first');
    await setImmediate();
    assert.deepEqual(names(), ['a', 'b', 'c', 'd']);
    of('a').fail(new AuthError('access_denied', 'You pressed Deny.'));
    await setImmediate();
    of('c').fail(new AuthError('no_authentication_needed', 'It answers without.'));
    of('d').fail(new AuthError('cancelled', 'Cancelled.'));
    of('e').fail(new SignInInterruptedError('finishedElsewhere'));
    assert.deepEqual(await ends(), [
      ['a', 'failed'],
      ['b', 'authenticated'],
      ['c', 'notNeeded'],
      ['d', 'cancelled'],
      ['e', 'elsewhere'],
    ]);
  });

  it('goes on when one fails unexpectedly, and keeps the reason', async () => {
    const reason = new TypeError('x');
    const { of, results } = start(five.slice(0, 2));
    of('a').fail(reason);
    of('b').end('renewed');
    assert.deepEqual(
      (await results).map(({ end }) => end),
      [
        { kind: 'failed', error: reason },
        { kind: 'authenticated', outcome: 'renewed' },
      ],
    );
  });

  it('tells the latest step of those under way', async () => {
    const { of, told } = start(five);
    of('a').report('asking');
    of('c').report('waiting');
    of('a').report('waiting');
    of('a').end('first');
    await setImmediate();
    assert.deepEqual(told, ['1/5 a: asking', '3/5 c: waiting', '1/5 a: waiting', '3/5 c: waiting']);
  });

  it('ends those under way, and begins no other, when it is cancelled', async () => {
    const { names, ends, controller } = start(five);
    controller.abort(new AuthError('cancelled', 'Cancelled.'));
    assert.deepEqual(
      (await ends()).map(([, kind]) => kind),
      five.map(() => 'cancelled'),
    );
    assert.deepEqual(names(), ['a', 'b', 'c']);
  });

  it('keeps what has ended well before it is cancelled', async () => {
    const { of, ends, controller } = start(five.slice(0, 2));
    of('a').end('first');
    await setImmediate();
    controller.abort(new AuthError('cancelled', 'Cancelled.'));
    assert.deepEqual(await ends(), [
      ['a', 'authenticated'],
      ['b', 'cancelled'],
    ]);
  });

  it('signs in one after the other where the redirect URI is the same port', async () => {
    const { names, of, ends } = start([atPort('a', 8080), atPort('b', 8080), atPort('c', 9090)]);
    assert.deepEqual(names(), ['a', 'c']);
    of('a').end('first');
    await setImmediate();
    assert.deepEqual(names(), ['a', 'c', 'b']);
    of('c').end('first');
    of('b').end('first');
    assert.deepEqual(
      (await ends()).map(([name]) => name),
      ['a', 'b', 'c'],
    );
  });
});

describe('planSignIns', () => {
  const state = (kind: ServerState['kind']) => {
    const [first] = sampleStates[kind];
    assert.ok(first);
    return first;
  };

  it('takes what needs a sign-in, skips what is fine, and leaves out what knows no sign-in', () => {
    const servers = [
      sampleServer('valid', { state: state('authenticated') }),
      sampleServer('new'),
      sampleServer('over', { state: state('expired') }),
      sampleServer('header', { state: state('staticHeader') }),
      sampleServer('more', { state: state('needsScopes') }),
      sampleServer('process', { state: state('stdio'), endpoint: undefined }),
    ];
    const { toSignIn, skipped } = planSignIns(servers);
    assert.deepEqual(
      toSignIn.map(({ id }) => id),
      ['new', 'over', 'more'],
    );
    assert.deepEqual(
      skipped.map(({ id }) => id),
      ['valid'],
    );
  });

  it('counts entries with the same URL as one', () => {
    const { endpoint } = sampleServer('one');
    const { toSignIn } = planSignIns([sampleServer('one'), sampleServer('two', { endpoint })]);
    assert.deepEqual(
      toSignIn.map(({ id }) => id),
      ['one'],
    );
  });
});
