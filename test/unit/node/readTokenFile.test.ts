import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTokenFile } from '../../../src/node/readTokenFile.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';

const isWindows = process.platform === 'win32';

describe('readTokenFile', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await createTemporaryFolder('mcp-auth-token-');
  });
  afterEach(() => folder.remove());

  async function file(content: string): Promise<string> {
    const path = join(folder.path, 'token');
    await writeFile(path, content);
    return path;
  }

  it('reads a file as it is by now', async () => {
    const path = await file('one\n');
    assert.equal(await readTokenFile(path, 10), 'one\n');
    await file('two');
    assert.equal(await readTokenFile(path, 10), 'two');
  });

  it('reads a file of exactly the limit, and none that is larger', async () => {
    const path = await file('x'.repeat(2048));
    assert.equal((await readTokenFile(path, 2048)).length, 2048);
    await assert.rejects(readTokenFile(path, 1024), {
      code: 'invalid_setting',
      remedy: 'openSettings',
      message: `The token file ${JSON.stringify(path)} is no file of at most 1 KB.`,
    });
  });

  it('says that a file does not exist', async () => {
    const path = join(folder.path, 'missing');
    await assert.rejects(readTokenFile(path, 10), {
      code: 'invalid_setting',
      message: `The token file ${JSON.stringify(path)} cannot be read: it does not exist.`,
    });
  });

  it('refuses a path that depends on where it is read', async () => {
    await assert.rejects(readTokenFile('run/token', 10), {
      code: 'invalid_setting',
      message: /absolute path/,
    });
  });

  it('refuses a folder', async () => {
    await assert.rejects(readTokenFile(folder.path, 10), { code: 'invalid_setting' });
  });

  if (!isWindows) {
    it('follows links, as platforms use them to replace a token', async () => {
      const link = join(folder.path, 'link');
      await symlink(await file('linked'), link);
      assert.equal(await readTokenFile(link, 10), 'linked');
    });

    it('does not wait at a pipe', async () => {
      const path = join(folder.path, 'pipe');
      execFileSync('mkfifo', [path]);
      await assert.rejects(readTokenFile(path, 1024), {
        code: 'invalid_setting',
        message: /no file of at most/,
      });
    });
  }
});
