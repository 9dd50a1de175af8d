import fc from 'fast-check';
import type { StorageOperation } from '../fakeSecretStorage.ts';
import { scheduleDigests } from './scheduledDigest.ts';
import { accountIds, SessionWorld } from './sessionWorld.ts';
import { type TokenFault, tokenFaults } from './tokenPort.ts';
import { Turns } from './turns.ts';

const second = 1000;
const hour = 3600 * second;

type Command =
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'fault'; readonly fault: TokenFault }
  | { readonly kind: 'open' | 'restart' }
  | { readonly kind: 'crash' | 'reload' | 'restart'; readonly window: number }
  | { readonly kind: 'refuse'; readonly window: number; readonly operations: readonly StorageOperation[] }
  | {
      readonly kind: 'refresh' | 'reject' | 'signIn' | 'signOut' | 'use';
      readonly window: number;
      readonly accountId: string;
    };

/** A command, and how many turns are taken before the next one. */
interface Step {
  readonly command: Command;
  readonly turns: number;
}

const window = fc.nat(2);
const accountId = fc.oneof({ weight: 3, arbitrary: fc.constant(accountIds[0]) }, fc.constant(accountIds[1]));

const operation = fc.record({
  kind: fc.constantFrom('use', 'use', 'signIn', 'refresh', 'reject', 'signOut'),
  window,
  accountId,
});

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: operation },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.constantFrom(20 * second, hour) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fault'), fault: fc.constantFrom(...tokenFaults) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refuse'),
      window,
      operations: fc.constantFrom<readonly StorageOperation[]>([], ['store'], ['store', 'get']),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'reload'), window }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('open', 'restart') }) },
);

const step = fc.record<Step>({ command, turns: fc.nat(40) });

/** A window that crashes in the midst of something. */
const interruption = fc
  .record({ operation, turns: fc.nat(60), kind: fc.constantFrom('crash', 'reload', 'restart') })
  .map(({ operation, turns, kind }): readonly Step[] => [
    { command: operation, turns },
    { command: { kind, window: operation.window }, turns: 0 },
  ]);

/** A storage that refuses to write while something happens in its window, or in another one. */
const refusal = fc
  .record({ operation, turns: fc.nat(60), window })
  .map(({ operation, turns, window }): readonly Step[] => [
    { command: { kind: 'refuse', window, operations: ['store'] }, turns: 0 },
    { command: operation, turns },
    { command: { kind: 'refuse', window, operations: [] }, turns: 0 },
  ]);

const steps = fc.oneof(
  { weight: 6, arbitrary: step.map((one) => [one]) },
  { weight: 1, arbitrary: interruption },
  { weight: 1, arbitrary: refusal },
);

/** Any story: what happens, and in which order everything that was begun goes on. */
export const anyStory = fc.record({
  storage: fc.constantFrom('browser' as const, 'desktop' as const),
  server: fc.constantFrom('strict' as const, 'grace' as const),
  windows: fc.integer({ min: 1, max: 3 }),
  steps: fc.array(steps, { minLength: 1, maxLength: 20, size: 'max' }).map((all) => all.flat()),
  /** Who goes on next, over and over again: 0 is whoever has waited longest. */
  order: fc.array(fc.nat(30), { minLength: 1, maxLength: 100 }),
});

/** @see anyStory */
export type Story = typeof anyStory extends fc.Arbitrary<infer T> ? T : never;

/** Plays a story, and judges how it ended. @returns how many turns it took */
export async function play({ storage, server, windows, steps, order }: Story): Promise<number> {
  const turns = new Turns();
  const restore = scheduleDigests(turns);
  try {
    const world = new SessionWorld({ storage, server, turns });
    for (let count = 0; count < windows; count++) {
      world.openWindow();
    }
    world.signIn(at(world, 0), accountIds[0]);
    await world.finish();
    let taken = 0;
    for (const { command, turns: count } of steps) {
      world.advance(1);
      perform(world, command);
      await turns.settle();
      for (let turn = 0; turn < count && (await turns.take(order[taken % order.length] ?? 0)); turn++) {
        taken++;
      }
      world.assertSound();
    }
    await world.judge();
    return turns.taken;
  } finally {
    restore();
  }
}

const mostWindows = 3;

function perform(world: SessionWorld, command: Command): void {
  switch (command.kind) {
    case 'advance':
      world.advance(command.ms);
      break;
    case 'fault':
      world.addFault(command.fault);
      break;
    case 'open':
      if (world.windows.length < mostWindows) {
        world.openWindow();
      }
      break;
    case 'restart':
      restart(world);
      break;
    case 'refuse':
      at(world, command.window).storage.refuse(...command.operations);
      break;
    case 'reload':
      world.crash(at(world, command.window));
      world.openWindow();
      break;
    case 'crash':
      world.crash(at(world, command.window));
      if (world.windows.length === 0) {
        world.openWindow();
      }
      break;
    default:
      world[command.kind](at(world, command.window), command.accountId);
  }
}

/** Every window is closed at once, and then one is opened. */
function restart(world: SessionWorld): void {
  for (const open of [...world.windows]) {
    world.crash(open);
  }
  world.openWindow();
}

function at({ windows }: SessionWorld, number: number) {
  const chosen = windows[number % windows.length];
  if (!chosen) {
    throw new Error('There is no window.');
  }
  return chosen;
}
