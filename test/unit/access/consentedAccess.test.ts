import assert from 'node:assert/strict';
import type { AccessEntry, AccessRequest } from '../../../src/core/access/accessControl.ts';
import { ConsentedAccess } from '../../../src/core/access/consentedAccess.ts';
import type { Program } from '../../../src/core/access/program.ts';
import { AuthError } from '../../../src/core/errors.ts';
import { SharedSecrets } from '../../../src/core/windows/sharedSecrets.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeAccessPrompt } from '../../support/fakeAccessPrompt.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const claude: Program = { kind: 'claudeCode', id: 'claudeCode', label: 'Claude Code' };
const codex: Program = { kind: 'codex', id: 'codex', label: 'Codex' };
const linear = { serverUrl: 'https://mcp.linear.app/mcp?key=in-the-url', serverName: 'linear' };
const request: AccessRequest = { program: claude, ...linear };
const minute = 60_000;

interface Window {
  readonly access: ConsentedAccess;
  readonly prompt: FakeAccessPrompt;
}

describe('ConsentedAccess', () => {
  let secrets: FakeSecretStorage;
  let clock: FakeClock;
  let recorded: ReturnType<typeof recordLog>;
  let windows: Window[];
  let storeCount: number;
  let access: ConsentedAccess;
  let prompt: FakeAccessPrompt;

  beforeEach(() => {
    secrets = new FakeSecretStorage();
    clock = new FakeClock();
    recorded = recordLog();
    windows = [];
    storeCount = 0;
    secrets.onDidChange(() => storeCount++);
    ({ access, prompt } = open());
  });
  afterEach(() => {
    for (const window of windows) {
      window.access.dispose();
    }
    assert.equal(clock.timerCount, 0);
    for (const line of recorded.lines) {
      assert.doesNotMatch(line, /in-the-url/);
    }
  });

  /** Another window of the same person, or the same after a restart. */
  function open(storage: ConstructorParameters<typeof ConsentedAccess>[0]['secrets'] = secrets): Window {
    const window = { prompt: new FakeAccessPrompt() };
    const { log } = recorded;
    const opened = {
      ...window,
      access: new ConsentedAccess({ secrets: storage, clock, log, prompt: window.prompt }),
    };
    windows.push(opened);
    return opened;
  }

  const use = (options: { readonly patience?: number; readonly signal?: AbortSignal } = {}) =>
    useIn(access, options);

  function useIn(
    control: ConsentedAccess,
    {
      of = request,
      ...options
    }: { readonly patience?: number; readonly signal?: AbortSignal; readonly of?: AccessRequest } = {},
  ): Promise<void> {
    return control.assertAllowed(of, { signal: new AbortController().signal, ...options });
  }

  const asked = async (count: number, at = prompt) =>
    await until(() => at.asked.length === count, `${count} questions`);

  const decisions = () => access.entries.map(({ program, decision }) => [program.id, decision]);

  function only(): AccessEntry {
    return access.entries[0] ?? assert.fail('there is no entry');
  }

  const isRefused = (code: string) => (error: unknown) => error instanceof AuthError && error.code === code;

  /** Answers the question of one use. */
  async function answered(answer: 'always' | 'never' | 'once'): Promise<void> {
    const done = use();
    await asked(1);
    prompt.answer(answer);
    await (answer === 'never' ? assert.rejects(done, isRefused('access_refused')) : done);
  }

  it('asks at the first use, and never again after "Always Allow"', async () => {
    await answered('always');
    await use();
    assert.deepEqual(prompt.asked, [request]);
    assert.deepEqual(decisions(), [['claudeCode', 'always']]);
  });

  it('asks at each use after "Allow Once", and lists the use', async () => {
    await answered('once');
    const again = use();
    await asked(2);
    prompt.answer('once');
    await again;
    assert.deepEqual(decisions(), [['claudeCode', 'once']]);
    assert.equal(only().lastUsedAt, clock.now());
  });

  it('refuses after "Never", and says where that can be changed', async () => {
    await answered('never');
    await assert.rejects(use(), /Claude Code may never use .*linear \(mcp\.linear\.app\).*Manage Access/);
    assert.deepEqual(decisions(), [['claudeCode', 'never']]);
    assert.equal(only().lastUsedAt, undefined);
    assert.equal(prompt.asked.length, 1);
  });

  it('asks about each program and each server by itself', async () => {
    await answered('always');
    const others = [
      useIn(access, { of: { program: codex, ...linear } }),
      useIn(access, { of: { ...request, serverUrl: 'https://mcp.linear.app/other' } }),
    ];
    await asked(3);
    prompt.answer('once');
    prompt.answer('never');
    await others[0];
    await assert.rejects(others[1] ?? assert.fail(), isRefused('access_refused'));
  });

  it('asks about a program of another kind by itself, whatever its id', async () => {
    await answered('always');
    const done = useIn(access, { of: { program: { ...claude, kind: 'script' }, ...linear } });
    await asked(2);
    prompt.answer('never');
    await assert.rejects(done, isRefused('access_refused'));
    await use();
  });

  it('takes a server for the same under another name', async () => {
    await answered('always');
    await useIn(access, { of: { ...request, serverName: 'renamed' } });
    assert.equal(prompt.asked.length, 1);
  });

  it('asks one question, however many ask at the same time', async () => {
    const all = [use(), use(), use()];
    await asked(1);
    prompt.answer('once');
    await Promise.all(all);
    assert.equal(prompt.asked.length, 1);
  });

  it('ends a request when its patience is over, while the question stays for the next one', async () => {
    const impatient = use({ patience: 5_000 });
    await asked(1);
    clock.advance(5_000);
    await assert.rejects(impatient, isRefused('access_unanswered'));
    assert.equal(prompt.openCount, 1);
    const next = use({ patience: 5_000 });
    await turns();
    prompt.answer('once');
    await next;
    assert.equal(prompt.asked.length, 1);
  });

  it('gives "Allow Once" that comes too late to the next request, and to that one only', async () => {
    const impatient = use({ patience: 5_000 });
    await asked(1);
    clock.advance(5_000);
    await assert.rejects(impatient, isRefused('access_unanswered'));
    prompt.answer('once');
    await turns();
    await use();
    assert.equal(prompt.asked.length, 1);
    const another = use({ patience: 1 });
    await asked(2);
    clock.advance(1);
    await assert.rejects(another, isRefused('access_unanswered'));
  });

  it('forgets an "Allow Once" that nobody came for within ten minutes', async () => {
    const impatient = use({ patience: 1 });
    await asked(1);
    clock.advance(1);
    await assert.rejects(impatient);
    prompt.answer('once');
    await turns();
    clock.advance(10 * minute);
    const late = use();
    await asked(2);
    prompt.answer('never');
    await assert.rejects(late, isRefused('access_refused'));
  });

  it('shows a question that is open for a minute once more to whoever asks, and counts the latest as closed only', async () => {
    const first = use();
    await asked(1);
    clock.advance(minute);
    const second = use();
    await asked(2);
    // VS Code closes the one whose place is taken.
    prompt.answer(undefined);
    await turns();
    prompt.answer('once');
    await Promise.all([first, second]);
  });

  it('does not ask again for a minute when the question was closed', async () => {
    const first = use();
    await asked(1);
    prompt.answer(undefined);
    await assert.rejects(first, isRefused('access_unanswered'));
    await assert.rejects(use(), isRefused('access_unanswered'));
    assert.equal(prompt.asked.length, 1);
    clock.advance(minute);
    const later = use();
    await asked(2);
    prompt.answer('always');
    await later;
    assert.deepEqual(decisions(), [['claudeCode', 'always']]);
  });

  it('ends with the reason of the signal, while the question stays', async () => {
    const controller = new AbortController();
    const aborted = use({ signal: controller.signal });
    await asked(1);
    controller.abort();
    await assert.rejects(aborted, isRefused('cancelled'));
    await assert.rejects(use({ signal: controller.signal }), isRefused('cancelled'));
    assert.equal(prompt.openCount, 1);
  });

  it('counts a question that cannot be shown as closed', async () => {
    prompt.fail(new Error('no window'));
    await assert.rejects(use(), isRefused('access_unanswered'));
    assert.match(recorded.lines.join('\n'), /error Nobody could be asked .*no window/);
  });

  it('ends whoever waits when the window ends', async () => {
    const waiting = use();
    await asked(1);
    access.dispose();
    await assert.rejects(waiting, isRefused('access_unanswered'));
  });

  /** Waits for what "Always Allow" and the use after it leave in the storage. */
  const written = async () =>
    await until(() => secrets.values.size === 2 && storeCount >= 2, 'a decision and a use are stored');

  describe('last uses', () => {
    it('are written once a minute, however often there are uses', async () => {
      await answered('always');
      await written();
      for (let count = 0; count < 100; count++) {
        await use();
        clock.advance(500);
      }
      await turns();
      assert.equal(storeCount, 2);
      clock.advance(10_000);
      await use();
      await until(() => storeCount === 3, 'one more write');
      assert.equal(only().lastUsedAt, clock.now());
    });

    it('are listed for what needs no question, the latest first', async () => {
      const agent: Program = { kind: 'agentMode', id: 'agentMode', label: 'VS Code agent mode' };
      access.noteUse({ program: agent, ...linear });
      clock.advance(1);
      access.noteUse({ program: codex, ...linear });
      assert.deepEqual(decisions(), [
        ['codex', 'unasked'],
        ['agentMode', 'unasked'],
      ]);
      assert.deepEqual(prompt.asked, []);
      await turns();
    });

    it('never undo a decision of another window', async () => {
      await answered('always');
      await written();
      const other = open();
      await other.access.reload();
      secrets.holdEvents();
      clock.advance(minute);
      await other.access.decide(other.access.entries[0] ?? assert.fail(), 'never');
      const uses = () => [...secrets.values].filter(([key]) => key.startsWith('accessUse:')).join();
      const before = uses();
      await use();
      await until(() => uses() !== before, 'the use is stored');
      secrets.releaseEvents();
      await until(() => only().decision === 'never', 'the decision of the other window');
      await assert.rejects(use(), isRefused('access_refused'));
      await assert.rejects(useIn(other.access), isRefused('access_refused'));
    });
  });

  describe('decisions', () => {
    it('are changed, and hold at once', async () => {
      await answered('never');
      await access.decide(only(), 'always');
      await use();
      assert.deepEqual(decisions(), [['claudeCode', 'always']]);
    });

    it('are forgotten when they are revoked: the next use asks again', async () => {
      await answered('always');
      await written();
      await access.revoke(only());
      assert.deepEqual(access.entries, []);
      assert.equal(secrets.values.size, 0);
      const again = use();
      await asked(2);
      prompt.answer('once');
      await again;
    });

    it('stay where the storage refuses to forget them', async () => {
      await answered('always');
      await written();
      secrets.refuse('delete');
      await assert.rejects(access.revoke(only()), isRefused('storage'));
      assert.deepEqual(decisions(), [['claudeCode', 'always']]);
    });

    it('hold in this window where the storage refuses to keep them, and are written with the next one', async () => {
      secrets.refuse('store');
      await answered('never');
      await assert.rejects(use(), isRefused('access_refused'));
      await until(
        () => /warn Who may use .* could not be saved/.test(recorded.lines.join('\n')),
        'a warning',
      );
      await access.reload();
      await assert.rejects(use(), isRefused('access_refused'));
      secrets.refuse();
      const other = useIn(access, { of: { program: codex, ...linear } });
      await asked(2);
      prompt.answer('always');
      await other;
      await until(() => secrets.values.size === 3, 'two decisions and a use');
      const next = open();
      await assert.rejects(useIn(next.access), isRefused('access_refused'));
    });

    it('are asked for where the storage cannot be read, and known as soon as it can', async () => {
      await answered('always');
      await written();
      const other = open();
      secrets.refuse('get', 'keys');
      const unknowing = useIn(other.access);
      await asked(1, other.prompt);
      other.prompt.answer('once');
      await unknowing;
      secrets.refuse();
      await useIn(other.access);
      assert.equal(other.prompt.asked.length, 1);
    });

    it('keep names that programs give short and printable', async () => {
      const program = { ...claude, label: `evil\u202e\n${'x'.repeat(500)}` };
      const done = useIn(access, { of: { ...request, program, serverName: '\u0000' } });
      await asked(1);
      prompt.answer('always');
      await done;
      assert.match(only().program.label, /^evil x{58}…$/);
    });
  });

  describe('in several windows', () => {
    it('holds everywhere what is said in one of them', async () => {
      const other = open();
      await other.access.reload();
      await answered('always');
      await until(() => other.access.entries[0]?.decision === 'always', 'the decision');
      await useIn(other.access);
      assert.deepEqual(other.prompt.asked, []);
    });

    it('answers a question that is open in one window in the other as well', async () => {
      const other = open();
      const waiting = [use(), useIn(other.access)];
      await asked(1);
      await asked(1, other.prompt);
      prompt.answer('always');
      await Promise.all(waiting);
      assert.equal(other.prompt.openCount, 1);
      // The person has still said so, however late.
      other.prompt.answer('never');
      await until(() => only().decision === 'never', 'the later answer');
    });

    it('knows of a revocation in the other one', async () => {
      const other = open();
      await answered('always');
      await written();
      await other.access.reload();
      await other.access.revoke(other.access.entries[0] ?? assert.fail());
      await until(() => access.entries.length === 0, 'nothing is left');
    });

    it('holds what another window says before its own storage does', async () => {
      const { log } = recorded;
      const shared = new SharedSecrets({ own: secrets, clock, log });
      const one = open(shared);
      await one.access.reload();
      const elsewhere = new FakeSecretStorage();
      const other = new SharedSecrets({ own: elsewhere, clock, log });
      const there = open(other);
      const done = useIn(there.access);
      await asked(1, there.prompt);
      there.prompt.answer('never');
      await assert.rejects(done);
      await until(() => elsewhere.values.size === 1, 'the decision is stored');
      await shared.apply(await other.snapshot());
      await assert.rejects(useIn(one.access), isRefused('access_refused'));
      shared.dispose();
      other.dispose();
    });
  });

  describe('records that cannot be read', () => {
    it('are left as they are, and put aside when a decision takes their place', async () => {
      await answered('always');
      await written();
      const key = [...secrets.values.keys()].find((one) => one.startsWith('access:')) ?? assert.fail();
      await secrets.store(key, '{"version":2}');
      const next = open();
      const done = useIn(next.access);
      await asked(1, next.prompt);
      assert.equal(secrets.values.get(key), '{"version":2}');
      next.prompt.answer('never');
      await assert.rejects(done);
      await until(() => secrets.values.get(key) !== '{"version":2}', 'the decision');
      assert.ok([...secrets.values].some(([one, text]) => one.startsWith('aside:') && text.includes('2')));
    });

    it('count for nothing under the key of another pair', async () => {
      await answered('always');
      await written();
      const [key, text] = [...secrets.values].find(([one]) => one.startsWith('access:')) ?? assert.fail();
      await secrets.delete(key);
      await secrets.store(`access:${'0'.repeat(64)}`, text);
      const next = open();
      const done = useIn(next.access);
      await asked(1, next.prompt);
      next.prompt.answer('once');
      await done;
    });
  });
});

/** Lets everything go on that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let count = 0; count < 20; count++) {
    await new Promise(setImmediate);
  }
}
