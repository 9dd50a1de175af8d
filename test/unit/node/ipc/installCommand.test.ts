import assert from 'node:assert/strict';
import { exec, execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFileLocks } from '../../../../src/node/fileLocks.ts';
import { installCommand } from '../../../../src/node/ipc/installCommand.ts';
import { recordLog } from '../../../support/recordedLog.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const isWindows = process.platform === 'win32';
const execute = promisify(execFile);
const executeInShell = promisify(exec);

/** Prints what it is run with. */
const printer = (version: string) =>
  `if (require('./other.js') === 7) console.log(JSON.stringify([${JSON.stringify(version)}, process.argv.slice(2), process.env.ELECTRON_RUN_AS_NODE, process.env.NODE_OPTIONS, process.env.MCPAUTH_NODE_OPTIONS]))`;

describe('installCommand', () => {
  let temporary: TemporaryFolder;
  let folder: string;
  let script: string;
  let other: string;

  beforeEach(async () => {
    temporary = await createTemporaryFolder("mcp-auth it's $HOME & Jürgen ");
    folder = join(temporary.path, 'bin');
    script = join(temporary.path, 'terminal.js');
    other = join(temporary.path, 'other.js');
    await writeFile(script, printer('1'));
    await writeFile(other, 'module.exports = 7;');
  });
  afterEach(() => temporary.remove());

  /** As one window of this machine. */
  function install(): Promise<void> {
    const locks = createFileLocks({ folder: join(temporary.path, 'locks'), log: recordLog().log });
    return installCommand({ folder, scripts: [script, other], execPath: process.execPath, locks });
  }

  const command = () => join(folder, isWindows ? 'mcp-auth.cmd' : 'mcp-auth');

  async function run(given: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH = '' } = process.env;
    const options = { env: { PATH, ...env } };
    const { stdout } = isWindows
      ? await executeInShell([`"${command()}"`, ...given].join(' '), options)
      : await execute(command(), [...given], options);
    return JSON.parse(stdout);
  }

  const copies = async () => (await readdir(folder)).filter((name) => name.startsWith('scripts-'));

  it('makes a command that passes its arguments on', async () => {
    await install();
    const given = isWindows
      ? ['a', '--b', 'c!d', '"c d"', '"https://x.example/?a=1&b=2"']
      : ['a b', '', '"c"', "d'", '$HOME', '*', '--', '\\'];
    const [version, passed, isNode] = await run(given);
    const arrived = isWindows ? given.map((word) => word.replaceAll('"', '')) : given;
    assert.deepEqual([version, passed, isNode], ['1', arrived, '1']);
  });

  it('does not let NODE_DEBUG print the environment of what it runs', async () => {
    const child = "['--version'], { env: { TOKEN: 'secret' } }";
    await writeFile(script, `require('node:child_process').spawnSync(process.execPath, ${child})`);
    await install();
    const { PATH = '' } = process.env;
    const env = { PATH, NODE_DEBUG: 'child_process' };
    assert.deepEqual(await execute(command(), [], { env, shell: isWindows }), { stdout: '', stderr: '' });
  });

  it('makes the same command of a new version, and keeps no more than the version before', async () => {
    await install();
    for (const version of ['2', '3', '4']) {
      await writeFile(script, printer(version));
      await install();
      assert.equal((await run([]))[0], version);
      assert.equal((await copies()).length, 2);
    }
  });

  it('changes nothing where nothing has changed', async () => {
    await install();
    const before = await Promise.all([command(), folder].map((path) => lstat(path)));
    await install();
    const after = await Promise.all([command(), folder].map((path) => lstat(path)));
    assert.deepEqual(
      after.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
      before.map(({ ino, mtimeMs }) => [ino, mtimeMs]),
    );
  });

  it('makes one command where several windows do it at once', async () => {
    await Promise.all(Array.from({ length: 5 }, install));
    assert.equal((await run([]))[0], '1');
    assert.equal((await copies()).length, 1);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('keeps what a debugger wants of Node from the Node that runs it', async () => {
    await install();
    const wanted = '--require="/no such/file & others.js"';
    const [, , , options, kept] = await run([], { NODE_OPTIONS: wanted });
    assert.deepEqual([options, kept], [null, wanted]);
  });

  if (!isWindows) {
    it('lets only this user change it, whatever the modes were', async () => {
      await mkdir(folder);
      await chmod(folder, 0o777);
      await install();
      await chmod(command(), 0o644);
      await install();
      const mode = async (path: string) => (await lstat(path)).mode & 0o777;
      assert.deepEqual([await mode(folder), await mode(command())], [0o700, 0o755]);
      for (const name of await copies()) {
        assert.deepEqual(
          [await mode(join(folder, name)), await mode(join(folder, name, 'terminal.js'))],
          [0o700, 0o600],
        );
      }
    });

    it('writes nothing into a folder that is a link', async () => {
      const elsewhere = join(temporary.path, 'elsewhere');
      await mkdir(elsewhere);
      await symlink(elsewhere, folder);
      await assert.rejects(install(), /is no folder/);
      assert.deepEqual(await readdir(elsewhere), []);
    });

    it('puts back a script that was changed', async () => {
      await install();
      const [name = ''] = await copies();
      await writeFile(join(folder, name, 'terminal.js'), 'console.log("changed")');
      await install();
      assert.equal(await readFile(join(folder, name, 'terminal.js'), 'utf8'), printer('1'));
    });
  }
});
