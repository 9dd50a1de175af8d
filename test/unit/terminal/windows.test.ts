import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { headlessFolder } from '../../../src/node/ipc/findWindows.ts';
import { createCleanup } from '../../support/cleanup.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { type FakeWindowOptions, failed, ok } from '../../support/terminal/fakeWindow.ts';
import { terminalSuite } from '../../support/terminal/terminalSuite.ts';
import { connectRaw, type RawConnection, rawConnection } from '../../support/windows/rawConnection.ts';

const isWindows = process.platform === 'win32';

describe('the windows that mcp-auth finds', () => {
  const suite = terminalSuite();
  const cleanup = createCleanup();
  afterEach(() => cleanup.run());

  let started = 0;
  /** A window that knows the server of its own name, and was opened after all others. */
  const open = (name: string, options: Partial<FakeWindowOptions> = {}) => {
    started += 1;
    return suite.open({
      clock: new FakeClock(started),
      calls: () => ({
        headers: async ({ server }) =>
          server === name || server === 'any'
            ? ok({ headers: { 'X-Window': name } })
            : failed('unknown_server', `${name} does not know it.`),
      }),
      ...options,
    });
  };

  /** Which window answers. */
  async function answering(server: string, handle?: string, cwd = suite.home) {
    const run = await suite.run(['headers', server], {
      cwd,
      env: handle === undefined ? {} : { MCPAUTH_IPC_HANDLE: handle },
    });
    const headers: unknown = JSON.parse(run.stdout);
    return { ...run, window: (headers as { 'X-Window'?: string })['X-Window'] };
  }

  const everybody = () => headlessFolder(suite.home);

  it('are asked in turn for a server, that of the terminal first', async () => {
    const one = await open('one');
    const two = await open('two');
    assert.equal((await answering('any', one.handle)).window, 'one');
    assert.equal((await answering('two', one.handle)).window, 'two');
    assert.deepEqual([one.called.length, two.called.length], [2, 1]);
  });

  it('answer that nobody knows a server, in the words of the first one', async () => {
    const one = await open('one');
    await open('two');
    assert.equal((await answering('three', one.handle)).stderr, 'mcp-auth: one does not know it.\n');
  });

  it('include those beside the one of the terminal, when that was reloaded meanwhile', async () => {
    const before = await open('before');
    before.dispose();
    await open('after');
    assert.deepEqual(await answering('any', before.handle), {
      code: 0,
      stdout: '{"X-Window":"after"}\n',
      stderr: '',
      window: 'after',
    });
  });

  it('include those behind one that has ended without taking its registration away', async () => {
    const dead = await open('dead');
    const registration = await readFile(dead.handle);
    dead.dispose();
    await open('alive');
    await writeFile(dead.handle, registration, { mode: 0o600 });
    assert.deepEqual((await answering('any', dead.handle)).window, 'alive');
  });

  it('are taken in the order in which they were opened, the latest first', async () => {
    await open('older', { headlessFolder: everybody() });
    await open('newer', { headlessFolder: everybody() });
    assert.equal((await answering('any')).window, 'newer');
    assert.equal((await answering('older')).window, 'older');
  });

  it('are taken by the folder in which the command runs', async () => {
    const folder = join(suite.home, 'project');
    await mkdir(join(folder, 'deep', 'down'), { recursive: true });
    await open('inner', { headlessFolder: everybody(), workspaceFolders: [join(folder, 'deep')] });
    await open('outer', { headlessFolder: everybody(), workspaceFolders: ['/elsewhere', folder] });
    await open('other', { headlessFolder: everybody(), workspaceFolders: [join(folder, 'dee')] });
    assert.equal((await answering('any', undefined, join(folder, 'deep', 'down'))).window, 'inner');
    assert.equal((await answering('any', undefined, folder)).window, 'outer');
    assert.equal((await answering('any', undefined, suite.home)).window, 'other');
  });

  it('are found below HOME only while they want to be', async () => {
    const window = await open('one');
    assert.equal((await answering('any')).window, undefined);
    await window.announce({ headlessFolder: everybody() });
    assert.equal((await answering('any')).window, 'one');
    await window.announce({});
    assert.equal((await answering('any')).window, undefined);
    assert.equal((await answering('any', window.handle)).window, 'one');
  });

  it('are those of this machine', async () => {
    const window = await open('one', { headlessFolder: everybody() });
    const path = join(everybody(), 'AAAAAAAAAAAAAAAA.json');
    const elsewhere = { ...JSON.parse(await readFile(window.handle, 'utf8')), host: 'elsewhere' };
    window.dispose();
    await writeFile(path, JSON.stringify({ ...elsewhere, id: 'AAAAAAAAAAAAAAAA' }), { mode: 0o600 });
    const { stderr } = await answering('any');
    assert.match(stderr, /^mcp-auth: MCP Auth is not running here[^\n]*\n$/);
  });

  for (const [what, content] of [
    ['no JSON', '{'],
    ['of another version', { version: 2 }],
    ['too large', 'x'.repeat(65 * 1024)],
  ] as const) {
    it(`do not include one whose registration is ${what}, and that is said`, async () => {
      const window = await open('one');
      const bad = join(suite.folder, 'AAAAAAAAAAAAAAAA.json');
      await writeFile(bad, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
      const { window: answered, stderr } = await answering('any', bad);
      assert.equal(answered, 'one');
      assert.match(stderr, /^mcp-auth: ".*AAAAAAAAAAAAAAAA\.json" is ignored: it /);
      window.dispose();
    });
  }

  if (!isWindows) {
    for (const mode of [0o640, 0o604, 0o620]) {
      it(`do not include one whose registration has the mode ${mode.toString(8)}, and that is said`, async () => {
        const { handle } = await open('one');
        await chmod(handle, mode);
        const { stdout, stderr } = await answering('any', handle);
        assert.equal(stdout, '{}\n');
        assert.match(stderr, /is ignored: it has to be a small file that only you can read/);
      });
    }

    for (const mode of [0o770, 0o707, 0o777]) {
      it(`do not include those of a folder with the mode ${mode.toString(8)}, and that is said`, async () => {
        const { handle } = await open('one');
        await chmod(suite.folder, mode);
        const { stdout, stderr } = await answering('any', handle);
        assert.equal(stdout, '{}\n');
        assert.match(stderr, /is ignored: it has to be a folder of yours in which nobody else can write/);
      });
    }

    it('do not include those of a folder that is a link', async () => {
      const { handle } = await open('one');
      const link = join(suite.home, 'link');
      await symlink(suite.folder, link);
      const { stdout, stderr } = await answering('any', join(link, handle.slice(dirname(handle).length + 1)));
      assert.equal(stdout, '{}\n');
      assert.match(stderr, /link" is ignored/);
    });
  }

  describe('when somebody else listens where one was', () => {
    /** Listens at the address of a window that is gone, whose registration is still there. */
    async function takeThePlace(talk: (connection: RawConnection) => Promise<void>) {
      const dead = await open('dead');
      const registration = await readFile(dead.handle, 'utf8');
      dead.dispose();
      await writeFile(dead.handle, registration, { mode: 0o600 });
      const { address, secret }: { address: string; secret: string } = JSON.parse(registration);
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        void talk(rawConnection(socket));
      });
      await new Promise<void>((resolve) => server.listen(address, resolve));
      cleanup.defer(async () => {
        for (const socket of sockets) {
          socket.destroy();
        }
        await new Promise((resolve) => server.close(resolve));
      });
      return { handle: dead.handle, secret };
    }

    const hello = { type: 'hello', version: 1, role: 'window', nonce: 'A'.repeat(43) };

    for (const [what, messages] of [
      ['proves nothing', [hello, { type: 'proof', proof: 'A'.repeat(43) }]],
      ['speaks another version', [{ ...hello, version: 2 }]],
      ['is no window', [{ ...hello, role: 'terminal' }]],
      ['says something else', ['HTTP/1.1 400 Bad Request']],
      ['says too much', ['x'.repeat(2000)]],
    ] as const) {
      it(`learns a random number and nothing else when it ${what}; the next window answers`, async () => {
        const heard: string[] = [];
        const { handle, secret } = await takeThePlace(async (connection) => {
          messages.forEach((message) => {
            connection.send(message);
          });
          heard.push(...(await connection.rest()));
        });
        await open('real');
        const { window, stderr } = await answering('any', handle);
        assert.equal(window, 'real');
        assert.match(stderr, /is not the window that it should be, and is left alone/);
        assert.equal(heard.length, 1);
        assert.deepEqual(Object.keys(JSON.parse(heard[0] ?? '')), ['type', 'version', 'role', 'nonce']);
        assert.ok(!heard.join().includes(secret));
      });
    }

    it('is not believed what a window has proved to another terminal', async () => {
      // What the window said to somebody else, and what was said to it.
      const recorded: string[] = [];
      const window = await open('one');
      const { address } = JSON.parse(await readFile(window.handle, 'utf8'));
      const recorder = await connectRaw(address);
      recorder.send({ ...hello, role: 'terminal' });
      for (let count = 0; count < 2; count += 1) {
        recorded.push(JSON.stringify(await recorder.receive()));
      }
      recorder.socket.destroy();
      const registration = await readFile(window.handle, 'utf8');
      window.dispose();
      await writeFile(window.handle, registration, { mode: 0o600 });
      const heard: string[] = [];
      const server = createServer((socket) => {
        const connection = rawConnection(socket);
        recorded.forEach((line) => {
          connection.send(line);
        });
        void connection.rest().then((lines) => heard.push(...lines));
      });
      await new Promise<void>((resolve) => server.listen(address, resolve));
      cleanup.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
      const { stdout, stderr } = await answering('any', window.handle);
      assert.equal(stdout, '{}\n');
      assert.match(stderr, /is not the window that it should be/);
      assert.equal(heard.length, 1);
    });
  });
});
