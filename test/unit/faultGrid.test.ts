import assert from 'node:assert/strict';
import { AuthError, ServerBusyError } from '../../src/core/errors.ts';
import { serializeSession } from '../../src/core/session/session.ts';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { connectionSteps } from '../support/faultGrid/connectionSteps.ts';
import { discoverySteps } from '../support/faultGrid/discoverySteps.ts';
import { FaultStage } from '../support/faultGrid/faultStage.ts';
import { type Fault, faults, unreadableSecret } from '../support/faultGrid/faults.ts';
import { identitySteps } from '../support/faultGrid/identitySteps.ts';
import { seedPast } from '../support/faultGrid/scenes.ts';
import { sessionSteps } from '../support/faultGrid/sessionSteps.ts';
import { signInSteps } from '../support/faultGrid/signInSteps.ts';
import type { Outcome, ProtocolStep, Scene } from '../support/faultGrid/step.ts';
import { sampleSession } from '../support/sampleSession.ts';

const steps = [...discoverySteps, ...signInSteps, ...sessionSteps, ...identitySteps, ...connectionSteps];

/**
 * Every request that something depends on, with every way in which it can fail. What comes of it is exact; whatever
 * it is, nothing is lost, and what failed works as soon as the fault is over.
 */
describe('the fault grid', () => {
  const suite = authenticationSuite();

  for (const step of steps) {
    describe(step.name, () => {
      for (const fault of faults) {
        const outcome = step.outcomes?.[fault.name] ?? { rejects: fault.code };
        it(titleOf(outcome, fault), async () => {
          const stage = new FaultStage(suite);
          const scene = await step.prepare(stage);
          await seedPast(scene.assembly, scene.server);
          await play({ step, fault, outcome, stage, scene });
        });
      }
    });
  }
});

function titleOf(outcome: Outcome, { when }: Fault): string {
  return 'rejects' in outcome
    ? `ends as ${outcome.rejects} when ${when}`
    : `${outcome.gives} when ${when}, since ${outcome.since}`;
}

interface Cell {
  readonly step: ProtocolStep;
  readonly fault: Fault;
  readonly outcome: Outcome;
  readonly stage: FaultStage;
  readonly scene: Scene;
}

async function play({ step, fault, outcome, stage, scene }: Cell): Promise<void> {
  const { assembly, server, faulty = server, act } = scene;
  const before = await possessions(scene);
  await stage.strike(fault, faulty, step.request);
  const result = await stage.settle(act(), assembly, step);
  assert.ok(stage.hits > 0, 'the request was never sent');
  stage.mend();
  assertFreeOfSecret(assembly);
  if ('rejects' in outcome) {
    assert.ok('error' in result, `nothing was thrown, but it ${'value' in result ? result.value : ''}`);
    assertWorthy(result.error, { outcome, fault, host: new URL(faulty.origin).host });
    assert.deepEqual(await possessions(scene), before);
    assembly.clock.advance(fault.retryAfter ?? 0);
    assert.deepEqual(await stage.settle(act(), assembly, step), { value: step.works });
  } else {
    assert.deepEqual(result, { value: outcome.gives });
  }
  await assertPastIsKept(before, scene);
}

interface Worth {
  readonly outcome: Extract<Outcome, { readonly rejects: string }>;
  readonly fault: Fault;
  readonly host: string;
}

/** An error that tells the person who failed and how, and what they can do. */
function assertWorthy(error: unknown, { outcome, fault, host }: Worth): void {
  assert.ok(error instanceof AuthError, `not an AuthError: ${error}`);
  const { code, message, remedy } = error;
  assert.equal(code, outcome.rejects, message);
  assert.match(message, outcome.says ?? fault.says);
  assert.ok(message.includes(host), message);
  assert.match(message, /^[A-Z\d].*\.$/);
  assert.ok(!message.includes(unreadableSecret), message);
  assert.notEqual(remedy, 'none');
  const retryAfter = error instanceof ServerBusyError ? error.retryAfter : undefined;
  assert.equal(retryAfter, fault.retryAfter);
}

interface Possessions {
  /** Everything in secret storage, byte for byte. */
  readonly records: ReadonlyMap<string, string>;
  /** The sessions in memory, byte for byte. */
  readonly sessions: readonly (string | undefined)[];
  /** Client IDs that issuers have registered, by issuer. */
  readonly registrations: readonly string[];
  /** What is under way. */
  readonly running: readonly boolean[];
}

const { serverUrl: otherServer } = sampleSession();

async function possessions({ assembly, server, faulty = server }: Scene): Promise<Possessions> {
  const { secrets, sessions, ports, authenticator, refresher } = assembly;
  const issuers = await ports.registrations.list();
  return {
    records: new Map(secrets.values),
    sessions: [otherServer, server.mcpUrl].map((url) => {
      const session = sessions.get(url);
      return session && serializeSession(session);
    }),
    registrations: issuers
      .flatMap(({ issuer, registrations }) => registrations.map(({ clientId }) => `${clientId} at ${issuer}`))
      .sort(),
    running: [server.mcpUrl, faulty.mcpUrl].map(
      (url) => authenticator.running(url) !== undefined || refresher.isRefreshing(url),
    ),
  };
}

/** Whatever came of it: the session at another server is the same, and every registration is still there. */
async function assertPastIsKept(before: Possessions, scene: Scene): Promise<void> {
  const { sessions, registrations, records, running } = await possessions(scene);
  assert.equal(sessions[0], before.sessions[0]);
  assert.ok([...records.values()].includes(sessions[0] ?? 'nothing'));
  assert.deepEqual(
    before.registrations.filter((one) => !registrations.includes(one)),
    [],
  );
  assert.deepEqual(running, [false, false]);
}

function assertFreeOfSecret({ lines }: Assembly): void {
  assert.deepEqual(
    lines.filter((line) => line.includes(unreadableSecret)),
    [],
  );
}
