import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { until } from '../../../support/authenticationSuite.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../../support/fakeSecretStorage.ts';
import { addressOf, registrations } from '../../../support/windows/rawConnection.ts';
import { type TestWindow, type WindowOptions, windowSuite } from '../../../support/windows/windowSuite.ts';

const isWindows = process.platform === 'win32';
const id = 'AAAAAAAAAAAAAAAA';

describe('the place where windows meet', () => {
  const suite = windowSuite();

  const mode = async (path: string) => (await lstat(path)).mode & 0o777;

  async function assertConnected(...windows: readonly TestWindow[]): Promise<void> {
    for (const { group } of windows) {
      await until(() => group.others.length === windows.length - 1, 'they have not met');
    }
  }

  /** Something that is registered as a window. */
  async function register(entry: object | string, name = `${id}.json`): Promise<void> {
    await mkdir(suite.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(suite.folder, name), typeof entry === 'string' ? entry : JSON.stringify(entry));
  }

  const entry = () => ({
    version: 1,
    id,
    startedAt: 1,
    pid: 1,
    address: join(suite.folder, `${id}.sock`),
  });

  it('says of a window where it listens and since when, and nothing secret', async () => {
    const { group } = await suite.join({ clock: new FakeClock(5) });
    const text = await readFile(join(suite.folder, `${group.self.id}.json`), 'utf8');
    const { address, ...rest } = JSON.parse(text);
    assert.deepEqual(rest, { version: 1, id: group.self.id, startedAt: 5, pid: process.pid });
    assert.match(address, isWindows ? /^\\\\\.\\pipe\\mcp-auth-/ : /\.sock$/);
  });

  for (const [what, content] of [
    ['is no JSON', '{'],
    ['is of another version', () => ({ ...entry(), version: 2 })],
    ['is about another window', () => ({ ...entry(), id: 'BBBBBBBBBBBBBBBB' })],
    ['names a socket elsewhere', () => ({ ...entry(), address: join(suite.folder, '..', `${id}.sock`) })],
    [
      'names another file of this user',
      () => ({ ...entry(), address: join(suite.folder, '..', 'precious') }),
    ],
    ['names a socket by a detour', () => ({ ...entry(), address: `${suite.folder}/./${id}.sock` })],
    ['is very long', () => ({ ...entry(), padding: 'x'.repeat(5000) })],
  ] as const) {
    it(`ignores a registration that ${what}, and says so`, async () => {
      await register(typeof content === 'string' ? content : content());
      await writeFile(join(suite.folder, '..', 'precious'), '');
      const { lines, group } = await suite.join();
      assert.deepEqual([group.others, group.isHolder], [[], true]);
      assert.match(
        lines.join('\n'),
        /^warn The registration of a window was ignored file="AAAAAAAAAAAAAAAA\.json"/,
      );
      assert.equal((await registrations(suite.folder)).length, 2);
      assert.ok(await lstat(join(suite.folder, '..', 'precious')));
    });
  }

  it('ignores what has another name than a registration', async () => {
    await register('x', 'README.md');
    await register(entry(), 'short.json');
    const { lines } = await suite.join();
    assert.deepEqual(lines, []);
  });

  it('stays closed to a window whose registration vanishes, but not to the others', async () => {
    const first = await suite.join();
    await rm(join(suite.folder, `${first.group.self.id}.json`));
    const second = await suite.join();
    const third = await suite.join();
    assert.deepEqual(first.group.others, []);
    await assertConnected(second, third);
  });

  if (!isWindows) {
    it('is open to this user alone', async () => {
      const { group } = await suite.join();
      assert.equal(await mode(suite.folder), 0o700);
      for (const name of await readdir(suite.folder)) {
        assert.equal(await mode(join(suite.folder, name)), 0o600, name);
      }
      assert.equal((await lstat(await addressOf(suite.folder, group.self.id))).isSocket(), true);
    });

    it('is closed to others first where it was open to them', async () => {
      await mkdir(suite.folder, { recursive: true });
      await chmod(suite.folder, 0o755);
      await assertConnected(await suite.join(), await suite.join());
      assert.equal(await mode(suite.folder), 0o700);
    });

    it('loses the registrations and sockets of windows that are gone', async () => {
      await register(entry());
      // As a process leaves it that was killed.
      const server = createServer().listen(join(suite.folder, 'x'));
      await until(() => server.listening, 'no socket');
      await symlink('nowhere', entry().address);
      const { group } = await suite.join();
      server.close();
      assert.deepEqual(await registrations(suite.folder), [`${group.self.id}.json`]);
      await assert.rejects(lstat(entry().address), { code: 'ENOENT' });
    });

    it('moves the sockets to a shorter path where its own is too long, closed to others, too', async () => {
      const folder = join(suite.folder, 'x'.repeat(100));
      const windows = [await suite.join({ folder }), await suite.join({ folder })];
      await assertConnected(...windows);
      const addresses = await Promise.all(windows.map(({ group }) => addressOf(folder, group.self.id)));
      const parent = dirname(addresses[0] ?? '');
      assert.match(parent, /\/mcp-auth-[0-9a-f]{12}$/);
      assert.equal(await mode(parent), 0o700);
      assert.deepEqual(
        (await readdir(parent)).sort(),
        windows.map(({ group }) => `${group.self.id}.sock`).sort(),
      );
      for (const { group } of windows) {
        group.dispose();
      }
      await assert.rejects(lstat(addresses[0] ?? ''), { code: 'ENOENT' });
      await rm(parent, { recursive: true });
    });
  }

  describe('when there is none', () => {
    /** The window is alone, works, and says why. */
    async function assertLonely(reason: RegExp, options: WindowOptions = {}): Promise<void> {
      const { group, lines, change } = await suite.join(options);
      assert.deepEqual([group.others, group.isHolder], [[], true]);
      await change('key', 'value');
      assert.equal(await group.deliver('state=1'), false);
      const warnings = lines.filter((line) => line.startsWith('warn'));
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', reason);
    }

    it('lets a window be alone where a file is in its place', async () => {
      await mkdir(dirname(suite.folder), { recursive: true });
      await writeFile(suite.folder, '');
      await assertLonely(/^warn This window cannot meet other windows reason=Error \[EEXIST\]/);
    });

    if (!isWindows) {
      it('refuses a folder that is a link', async () => {
        const real = join(suite.folder, '..', 'real');
        await mkdir(real, { mode: 0o700 });
        await symlink(real, suite.folder);
        await assertLonely(/is no folder/);
        assert.deepEqual(await readdir(real), []);
      });

      if (process.getuid?.() === 0) {
        it('refuses a folder of another user', async () => {
          await mkdir(suite.folder, { mode: 0o700 });
          await chown(suite.folder, 12345, 12345);
          await assertLonely(/belongs to another user/);
          assert.deepEqual(await readdir(suite.folder), []);
        });
      }
    }

    it('lets a window be alone whose storage refuses', async () => {
      const first = await suite.join();
      const secrets = new FakeSecretStorage();
      secrets.refuse('get', 'store');
      await assertLonely(/^warn The key of the windows cannot be read or kept/, { secrets });
      assert.deepEqual(first.group.others, []);
    });

    it('lets a window be alone whose board fails', async () => {
      const board = {
        get: () => undefined,
        set: () => Promise.reject(new Error('no board')),
      };
      await assertLonely(/^warn The key of the windows cannot be read or kept reason=Error: no board/, {
        board,
      });
    });

    it('lets a window be alone whose board throws', async () => {
      const board = {
        get: () => {
          throw new Error('no board');
        },
        set: async () => undefined,
      };
      await assertLonely(/no board/, { board });
    });
  });
});
