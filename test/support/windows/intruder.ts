import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { until } from '../authenticationSuite.ts';
import type { FakeClock } from '../fakeClock.ts';
import type { RawConnection } from './rawConnection.ts';

/** A program that has connected to a listener of ours, and cannot prove itself. */
export interface Intruder {
  readonly raw: RawConnection;
  /** The listener's. */
  readonly clock: FakeClock;
  /** What it must never get. */
  readonly secret: string;
  /** A greeting that is right, with what is wrong with it. */
  hello(more?: object): object;
  /** What only those may say that have proved themselves. */
  readonly call: object;
}

/** Nothing comes any more but messages of these types, and the connection ends. */
export async function assertNothingMore(
  { raw, secret }: Pick<Intruder, 'raw' | 'secret'>,
  ...expected: readonly string[]
): Promise<void> {
  const rest = await raw.rest();
  assert.deepEqual(
    rest.map((line) => JSON.parse(line).type),
    expected,
  );
  assert.ok(!rest.join().includes(secret));
}

/** What everybody is told that has greeted, heard before more is sent: on Windows what is still on its way may be lost. */
export async function assertGreeted(raw: RawConnection): Promise<void> {
  assert.equal((await raw.receive())?.type, 'hello');
  assert.equal((await raw.receive())?.type, 'proof');
}

/** Whoever has said so much is heard for five seconds, and no longer. */
export async function assertPatience({ raw, clock }: Intruder): Promise<void> {
  await until(() => clock.timerCount === 1, 'nobody listens');
  clock.advance(4999);
  assert.equal(raw.socket.readyState, 'open');
  clock.advance(1);
  await raw.rest();
  await until(() => clock.timerCount === 0, 'a timer is left');
}

/** Call it in the `describe` of a listener: what holds for each, whatever it listens for. */
export function itHangsUpOnIntruders(intruder: () => Intruder): void {
  const hangsUp = (what: string, say: (one: Intruder) => unknown) =>
    it(`is hung up on when it ${what}`, async () => {
      const one = intruder();
      await say(one);
      await assertNothingMore(one);
    });
  const isHeard = (what: string, say: (one: Intruder) => unknown) =>
    it(`is hung up on after five seconds when it says ${what}`, async () => {
      const one = intruder();
      say(one);
      await assertPatience(one);
    });
  const greetAndSay = async ({ raw, hello }: Intruder, message: object) => {
    raw.send(hello());
    await assertGreeted(raw);
    raw.send(message);
  };

  hangsUp('calls at once', ({ raw, call }) => raw.send(call));
  for (const text of ['GET / HTTP/1.1', '', 'null', '{"type":"proof","proof":"AAAA"}']) {
    hangsUp(`begins with ${JSON.stringify(text)}`, ({ raw }) => raw.send(text));
  }
  for (const wrong of [{ version: 2 }, { role: 'guest' }, { nonce: undefined }, { nonce: 'A' }]) {
    hangsUp(`greets with ${inspect(wrong)}`, ({ raw, hello }) => raw.send(hello(wrong)));
  }
  const padding = 'x'.repeat(64 * 1024);
  hangsUp('greets with too much', ({ raw, hello }) => raw.send(hello({ padding })));
  hangsUp('sends too much without a line feed', ({ raw }) => raw.socket.write(`${padding}x`));
  hangsUp('calls without a proof', (one) => greetAndSay(one, one.call));
  for (const proof of ['', 'A', 'AAAA', 'A'.repeat(43), '!', 1, null]) {
    const say = (one: Intruder) => greetAndSay(one, { type: 'proof', proof });
    hangsUp(`sends the proof ${JSON.stringify(proof)}`, say);
  }
  hangsUp('sends the proof of the window back', async ({ raw, hello }) => {
    raw.send(hello());
    await raw.receive();
    raw.send((await raw.receive()) ?? '');
  });

  isHeard('nothing', () => undefined);
  isHeard('half a greeting', ({ raw }) => raw.socket.write('{"type":'));
  isHeard('nothing after its greeting', ({ raw, hello }) => raw.send(hello()));
}
