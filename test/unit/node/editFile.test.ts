import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { editFile } from '../../../src/node/editFile.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';

const isWindows = process.platform === 'win32';

describe('editFile', () => {
  let folder: TemporaryFolder;
  let path: string;
  const options = { lock: 'claudeCode', ifAbsent: 'refuse', name: '~/.claude.json' } as const;
  beforeEach(async () => {
    folder = await createTemporaryFolder('mcp-auth-edit-');
    path = join(folder.path, '.claude.json');
  });
  afterEach(() => folder.remove());

  it('changes a file, keeps its mode, and leaves nothing behind', async () => {
    await writeFile(path, 'a');
    await chmod(path, 0o640);
    assert.deepEqual(await editFile(path, (text) => `${text}b`, options), { before: 'a', after: 'ab' });
    assert.equal(await readFile(path, 'utf8'), 'ab');
    assert.deepEqual(await readdir(folder.path), ['.claude.json']);
    if (!isWindows) {
      assert.equal((await stat(path)).mode & 0o777, 0o640);
    }
  });

  it('keeps a byte order mark', async () => {
    await writeFile(path, '\uFEFFa');
    await editFile(path, (text) => `${text}b`, options);
    assert.equal(await readFile(path, 'utf8'), '\uFEFFab');
  });

  // On Windows a link takes a right that people do not have.
  if (!isWindows) {
    it('changes what a symbolic link leads to, and not the link', async () => {
      const real = join(folder.path, 'real.json');
      await writeFile(real, 'a');
      await symlink(real, path);
      await editFile(path, () => 'b', options);
      assert.equal(await readFile(real, 'utf8'), 'b');
      assert.ok((await lstat(path)).isSymbolicLink());
    });
  }

  it('edits anew what another program has written in the meantime', async () => {
    await writeFile(path, 'a');
    let written = false;
    const edit = (text: string) => {
      if (!written) {
        written = true;
        writeFileSync(path, 'other');
      }
      return `${text}!`;
    };
    assert.deepEqual(await editFile(path, edit, options), { before: 'other', after: 'other!' });
    assert.equal(readFileSync(path, 'utf8'), 'other!');
  });

  it('waits for the lock of Claude Code, and holds it while it writes', async () => {
    await writeFile(path, 'a');
    const lockfilePath = `${path}.lock`;
    const release = await lock(path, { realpath: false, lockfilePath });
    const edited = editFile(path, (text) => `${text}c`, options);
    await writeFile(path, 'ab');
    await release();
    assert.equal((await edited).after, 'abc');
    await editFile(
      path,
      (text) => {
        assert.ok(existsSync(lockfilePath));
        return text;
      },
      options,
    );
    assert.ok(!existsSync(lockfilePath));
  });

  it('takes over a lock whose holder has died', async () => {
    await writeFile(path, 'a');
    await mkdir(`${path}.lock`);
    await utimes(`${path}.lock`, new Date(0), new Date(0));
    assert.equal((await editFile(path, () => 'b', options)).after, 'b');
  });

  it('changes nothing where the edit throws, and gives the lock back', async () => {
    await writeFile(path, 'a');
    const edit = () => {
      throw new Error('no');
    };
    await assert.rejects(editFile(path, edit, options), { message: 'no' });
    assert.equal(await readFile(path, 'utf8'), 'a');
    assert.deepEqual(await readdir(folder.path), ['.claude.json']);
  });

  it('refuses what is not there, or no UTF-8, with a sentence', async () => {
    await assert.rejects(
      editFile(path, (text) => text, options),
      {
        code: 'storage',
        message: '~/.claude.json is not there, or cannot be read.',
      },
    );
    await writeFile(path, Buffer.from([0x7b, 0xff]));
    await assert.rejects(
      editFile(path, () => '{}', options),
      { code: 'storage' },
    );
  });

  it('makes a file with its folder, for this user only, where it is told to', async () => {
    const made = join(folder.path, '.codex', 'config.toml');
    await editFile(made, (text) => `${text}a`, { lock: 'none', ifAbsent: 'create', name: 'config.toml' });
    assert.equal(await readFile(made, 'utf8'), 'a');
    if (!isWindows) {
      assert.equal((await stat(made)).mode & 0o777, 0o600);
    }
  });
});
