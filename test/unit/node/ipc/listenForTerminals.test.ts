import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Lines } from '../../../../src/node/framing.ts';
import { connectToWindow } from '../../../../src/node/ipc/connectToWindow.ts';
import { greetWindow } from '../../../../src/node/ipc/handshake.ts';
import { callLimit } from '../../../../src/node/ipc/protocol.ts';
import type { Registration } from '../../../../src/node/ipc/registration.ts';
import type { TerminalPrompts } from '../../../../src/node/ipc/terminalCalls.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';
import {
  type FakeWindow,
  type FakeWindowOptions,
  ok,
  openFakeWindow,
} from '../../../support/terminal/fakeWindow.ts';
import { assertGreeted, assertNothingMore, itHangsUpOnIntruders } from '../../../support/windows/intruder.ts';
import { connectRaw, type RawConnection } from '../../../support/windows/rawConnection.ts';

const isWindows = process.platform === 'win32';
const nobody: TerminalPrompts = {
  progress: () => assert.fail('progress'),
  show: () => assert.fail('show'),
  ask: () => assert.fail('ask'),
};

describe('listenForTerminals', () => {
  let temporary: TemporaryFolder;
  let folder: string;
  let clock: FakeClock;
  const windows: FakeWindow[] = [];
  const raws: RawConnection[] = [];

  beforeEach(async () => {
    temporary = await createTemporaryFolder('mcp-auth-');
    folder = join(temporary.path, 'terminals');
    clock = new FakeClock(5);
  });
  afterEach(async () => {
    for (const raw of raws.splice(0)) {
      raw.socket.destroy();
    }
    for (const window of windows.splice(0)) {
      window.dispose();
    }
    await temporary.remove();
  });

  async function open(options: Partial<FakeWindowOptions> = {}): Promise<FakeWindow> {
    const window = await openFakeWindow({ folder, clock, ...options });
    windows.push(window);
    return window;
  }

  const registrationOf = async (window: FakeWindow): Promise<Registration> =>
    JSON.parse(await readFile(window.handle, 'utf8'));

  async function connect(window: FakeWindow): Promise<RawConnection> {
    const raw = await connectRaw((await registrationOf(window)).address);
    raws.push(raw);
    return raw;
  }

  /** A connection that has proved itself, and says what it likes. */
  async function admitted(window: FakeWindow) {
    const raw = await connect(window);
    const lines = new Lines(raw.socket, 1024 * 1024);
    assert.equal(await greetWindow(lines, (await registrationOf(window)).secret), true);
    return {
      say: (message: object | string) =>
        lines.send(typeof message === 'string' ? message : JSON.stringify(message)),
      hear: async () => {
        const line = await lines.receive();
        return line === undefined ? undefined : JSON.parse(line);
      },
      close: () => lines.close(),
    };
  }

  const mode = async (path: string) => (await lstat(path)).mode & 0o777;

  describe('the registration', () => {
    it('says how to reach the window, in a file that only this user can read', async () => {
      const window = await open({ workspaceFolders: ['/project'] });
      const { id, address, secret, ...rest } = await registrationOf(window);
      assert.deepEqual(rest, {
        version: 1,
        pid: process.pid,
        startedAt: 5,
        host: hostname(),
        workspaceFolders: ['/project'],
      });
      assert.equal(window.handle, join(folder, `${id}.json`));
      assert.match(secret, /^[\w-]{43}$/);
      if (!isWindows) {
        assert.deepEqual(
          [await mode(folder), await mode(window.handle), await mode(address)],
          [0o700, 0o600, 0o600],
        );
      }
    });

    it('is gone when the window closes, and so is its socket', async () => {
      const headlessFolder = join(temporary.path, 'home', 'windows');
      const window = await open({ headlessFolder });
      window.dispose();
      assert.deepEqual(await readdir(headlessFolder), []);
      assert.deepEqual(await readdir(folder), []);
      assert.equal(clock.timerCount, 0);
    });

    it('follows what the window says, one change after the other', async () => {
      const [one, two] = [join(temporary.path, 'one'), join(temporary.path, 'two')];
      const window = await open({ headlessFolder: one });
      await Promise.all([
        window.announce({ headlessFolder: two, workspaceFolders: ['/a'] }),
        window.announce({ headlessFolder: one, workspaceFolders: ['/b'] }),
        window.announce({ headlessFolder: two, workspaceFolders: ['/c'] }),
      ]);
      assert.deepEqual(await readdir(one), []);
      const [name = ''] = await readdir(two);
      assert.deepEqual(JSON.parse(await readFile(join(two, name), 'utf8')), await registrationOf(window));
      assert.deepEqual((await registrationOf(window)).workspaceFolders, ['/c']);
    });

    it('is not left behind by a window that closes while it changes', async () => {
      const headlessFolder = join(temporary.path, 'home');
      const window = await open();
      const changed = window.announce({ headlessFolder });
      window.dispose();
      await changed;
      assert.deepEqual(await readdir(headlessFolder), []);
    });

    it("is in the window's own folder also where the other one is not safe, and that is logged", async () => {
      const headlessFolder = join(temporary.path, 'file');
      await writeFile(headlessFolder, '');
      const window = await open({ headlessFolder });
      assert.equal((await registrationOf(window)).pid, process.pid);
      assert.match(window.lines.join(), /^warn This window could not be registered for programs elsewhere/);
      await assert.rejects(window.announce({ headlessFolder }));
    });

    it('never lets its secret into the log', async () => {
      const window = await open();
      const { secret } = await registrationOf(window);
      const terminal = await admitted(window);
      terminal.say(`{"t":"${secret}"}`);
      await terminal.hear();
      assert.doesNotMatch(window.lines.join(), new RegExp(secret));
    });

    if (!isWindows) {
      it('takes away what others may do in a folder that is there', async () => {
        await mkdir(folder, { mode: 0o777 });
        await chmod(folder, 0o777);
        await open();
        assert.equal(await mode(folder), 0o700);
      });

      it('is not written into a folder that is a link', async () => {
        const real = join(temporary.path, 'real');
        await mkdir(real, { mode: 0o700 });
        await symlink(real, folder);
        await assert.rejects(open(), /is no folder/);
        assert.deepEqual(await readdir(real), []);
      });
    }
  });

  describe('what other windows have left behind', () => {
    /** As a window leaves it that was killed. */
    async function leave(change: Partial<Registration> = {}): Promise<string> {
      const dead = await open();
      const registration = await registrationOf(dead);
      dead.dispose();
      await writeFile(dead.handle, JSON.stringify({ ...registration, ...change }), { mode: 0o600 });
      return dead.handle;
    }

    it('is cleared away', async () => {
      const handle = await leave();
      if (!isWindows) {
        await writeFile(handle.replace(/json$/, 'sock'), '');
      }
      const window = await open();
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
      assert.deepEqual(names, [window.handle.slice(folder.length + 1)]);
      await assert.rejects(lstat(handle.replace(/json$/, 'sock')), { code: 'ENOENT' });
    });

    it('stays where it is of another machine, or cannot be understood', async () => {
      await leave({ host: 'elsewhere' });
      await writeFile(join(folder, 'AAAAAAAAAAAAAAAA.json'), '{');
      await writeFile(join(folder, 'notes.txt'), '');
      await open();
      const names = await readdir(folder);
      assert.equal(names.filter((name) => name.endsWith('.json')).length, 3);
      assert.ok(names.includes('notes.txt'));
    });

    it('is nothing of a window that listens', async () => {
      const [first, second] = [await open(), await open()];
      assert.deepEqual((await Promise.all([first, second].map(registrationOf))).length, 2);
    });

    if (!isWindows) {
      it('is no file elsewhere, whatever a registration says', async () => {
        const precious = join(temporary.path, 'precious.sock');
        await writeFile(precious, '');
        await leave({ address: precious });
        await open();
        assert.equal(await readFile(precious, 'utf8'), '');
      });
    }
  });

  describe('a program that cannot prove itself', () => {
    const hello = (more: object = {}) => ({
      type: 'hello',
      version: 1,
      role: 'terminal',
      nonce: 'A'.repeat(43),
      ...more,
    });
    const call = { t: 'q', i: '1', m: 'names', a: [] };
    let window: FakeWindow;
    let raw: RawConnection;
    let secret: string;

    beforeEach(async () => {
      window = await open();
      raw = await connect(window);
      ({ secret } = await registrationOf(window));
    });
    afterEach(() => assert.deepEqual(window.called, []));

    itHangsUpOnIntruders(() => ({ raw, clock, secret, hello, call }));

    it('is told of in the log when it says that it is a window', async () => {
      raw.send(hello({ role: 'window' }));
      await assertNothingMore({ raw, secret });
      assert.match(window.lines.join(), /^warn A program that called like a terminal was hung up on/);
    });

    it('is hung up on when it says again what a terminal has said', async () => {
      const recorded: Buffer[] = [];
      const honest = await connect(window);
      const write = honest.socket.write.bind(honest.socket);
      honest.socket.write = (data: unknown) => {
        recorded.push(Buffer.from(String(data)));
        return write(String(data));
      };
      assert.equal(await greetWindow(new Lines(honest.socket, 1024), secret), true);
      const [first = Buffer.of(), ...others] = recorded;
      raw.socket.write(first);
      await assertGreeted(raw);
      raw.socket.write(Buffer.concat([...others, Buffer.from(`${JSON.stringify(call)}\n`)]));
      await assertNothingMore({ raw, secret });
      assert.match(window.lines.join(), /could not prove/);
    });

    it('is not heard when there are too many of them already', async () => {
      const first = raw;
      for (let count = 1; count < 128; count += 1) {
        await connect(window);
      }
      raw = await connect(window);
      await assertNothingMore({ raw, secret });
      assert.equal(first.socket.readyState, 'open');
    });
  });

  describe('a terminal that has proved itself', () => {
    const names = (i: number) => ({ t: 'q', i: String(i), m: 'names', a: [] });

    it('gets answers, as often as it calls', async () => {
      const window = await open({ calls: () => ({ names: async () => ok(['linear']) }) });
      const connection = await connectToWindow(await registrationOf(window), nobody);
      assert.ok(connection);
      assert.deepEqual(await connection.calls.names(), ok(['linear']));
      assert.deepEqual(await connection.calls.names(), ok(['linear']));
      connection.close();
    });

    for (const [what, message] of [
      ['no JSON', 'x'],
      ['null', null],
      ['an unknown call', { t: 'q', i: '1', m: 'tokens', a: [] }],
      ['a call of what every object has', { t: 'q', i: '1', m: 'constructor', a: [] }],
      ['a call of __proto__', { t: 'q', i: '1', m: '__proto__', a: [] }],
      ['too many arguments', { t: 'q', i: '1', m: 'names', a: [1] }],
      ['a server that is no text', { t: 'q', i: '1', m: 'get', a: [{ server: {} }] }],
      ['a name that is too long', { t: 'q', i: '1', m: 'get', a: [{ server: 'x'.repeat(1001) }] }],
      ['an unknown caller', { t: 'q', i: '1', m: 'headers', a: [{ caller: { program: 'x' }, patience: 1 }] }],
      [
        'no end of patience',
        { t: 'q', i: '1', m: 'headers', a: [{ caller: { program: 'codex' }, patience: 1e9 }] },
      ],
      ['a line that is too long', { t: 'q', i: '1', m: 'get', a: [{ server: 'x'.repeat(70_000) }] }],
    ] as const) {
      it(`is hung up on when it sends ${what}`, async () => {
        const window = await open();
        const terminal = await admitted(window);
        terminal.say(typeof message === 'string' ? message : JSON.stringify(message));
        assert.equal(await terminal.hear(), undefined);
        assert.deepEqual(window.called, []);
        assert.equal(clock.timerCount, 0);
      });
    }

    it('is hung up on when too many of its calls run at once, and the window learns that it is gone', async () => {
      let gone = 0;
      const window = await open({
        calls: ({ signal }) => ({
          names: () => {
            signal.addEventListener('abort', () => {
              gone += 1;
            });
            return new Promise(() => undefined);
          },
        }),
      });
      const terminal = await admitted(window);
      for (let count = 0; count <= callLimit; count += 1) {
        terminal.say(names(count));
      }
      assert.equal(await terminal.hear(), undefined);
      await until(() => gone === callLimit, 'the window does not know');
    });

    it('is hung up on after ten seconds in which it calls nothing', async () => {
      const answer = Promise.withResolvers<void>();
      const window = await open({
        calls: () => ({ names: () => answer.promise.then(() => ok([])) }),
      });
      const terminal = await admitted(window);
      terminal.say(names(1));
      await until(() => window.called.length === 1, 'it was not called');
      clock.advance(60_000);
      answer.resolve();
      assert.deepEqual(await terminal.hear(), { t: 's', i: '1', r: ok([]) });
      await until(() => clock.timerCount === 1, 'no timer');
      clock.advance(10_000);
      assert.equal(await terminal.hear(), undefined);
    });

    it('learns that something failed unexpectedly, and not what', async () => {
      const window = await open({
        calls: () => ({ names: () => Promise.reject(new Error('secret-value')) }),
      });
      const terminal = await admitted(window);
      terminal.say(names(1));
      const { r } = await terminal.hear();
      assert.equal(r.error.code, 'unexpected');
      assert.doesNotMatch(JSON.stringify(r), /secret-value/);
      assert.match(window.lines.join(), /^error What the terminal command asked for failed unexpectedly/);
    });

    it('is asked, and what it answers to a question for a secret never gets into the log', async () => {
      const heard: (string | undefined)[] = [];
      const window = await open({
        calls: ({ prompts }) => ({
          names: async () => {
            heard.push(await prompts.ask({ text: 'Secret?', isSecret: true }));
            throw new Error(`failed with ${heard[0]}`);
          },
        }),
      });
      const terminal = await admitted(window);
      terminal.say(names(1));
      const { i, m, a } = await terminal.hear();
      assert.deepEqual([m, a], ['ask', [{ text: 'Secret?', isSecret: true }]]);
      terminal.say({ t: 's', i, r: 'typed-secret' });
      await terminal.hear();
      assert.deepEqual(heard, ['typed-secret']);
      assert.doesNotMatch(window.lines.join(), /typed-secret/);
    });

    for (const [what, answer] of [
      ['an error', { e: true }],
      ['what is no text', { r: 1 }],
    ] as const) {
      it(`has said nothing where it answers a question with ${what}`, async () => {
        const window = await open({
          calls: ({ prompts }) => ({
            names: async () => ok([String(await prompts.ask({ text: '?', isSecret: false }))]),
          }),
        });
        const terminal = await admitted(window);
        terminal.say(names(1));
        const { i } = await terminal.hear();
        terminal.say({ t: 's', i, ...answer });
        assert.deepEqual((await terminal.hear()).r, ok(['undefined']));
      });
    }

    it('has said nothing where it goes away instead of answering', async () => {
      const heard = Promise.withResolvers<string | undefined>();
      const window = await open({
        calls: ({ prompts }) => ({
          names: async () => {
            heard.resolve(await prompts.ask({ text: '?', isSecret: false }));
            return ok([]);
          },
        }),
      });
      const terminal = await admitted(window);
      terminal.say(names(1));
      await terminal.hear();
      terminal.close();
      assert.equal(await heard.promise, undefined);
    });
  });
});
