import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renameOver } from '../../../src/node/renameOver.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';

describe('renameOver', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await createTemporaryFolder('mcp-auth-rename-');
  });
  afterEach(() => folder.remove());

  it('puts a file in the place of another one', async () => {
    const [from, to] = [join(folder.path, 'new'), join(folder.path, 'file')];
    await writeFile(from, 'new');
    await writeFile(to, 'old');
    await renameOver(from, to);
    assert.equal(await readFile(to, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder.path), ['file']);
  });

  /** Renames by a system that says what is listed, and then always the last of it; `undefined` is success. */
  function attempt(platform: NodeJS.Platform, ...answers: readonly (string | undefined)[]) {
    const clock = new FakeClock();
    let count = 0;
    const rename = async () => {
      const code = answers[Math.min(count, answers.length - 1)];
      count += 1;
      if (code !== undefined) {
        throw Object.assign(new Error(code), { code });
      }
    };
    const renamed = renameOver('a', 'b', { platform, rename, clock });
    return { renamed, clock, count: () => count };
  }

  it('waits on Windows until nobody has one of the files open', async () => {
    const { renamed, clock, count } = attempt('win32', 'EPERM', 'EACCES', 'EBUSY', undefined);
    for (const tried of [1, 2, 3]) {
      await until(() => clock.timerCount === 1 && count() === tried, 'it does not wait');
      clock.advance(20);
    }
    await renamed;
    assert.deepEqual([count(), clock.timerCount], [4, 0]);
  });

  it('gives up on Windows after little more than a second', async () => {
    const { renamed, clock, count } = attempt('win32', 'EPERM');
    const failed = assert.rejects(renamed, { code: 'EPERM' });
    const begin = clock.now();
    while (count() < 9) {
      const before = count();
      await until(() => clock.timerCount === 1, 'it does not wait');
      clock.advance(5);
      while (clock.timerCount === 1 && count() === before) {
        clock.advance(5);
      }
      await until(() => count() > before, 'it does not try');
    }
    await failed;
    assert.equal(clock.now() - begin, 1275);
  });

  for (const [platform, code] of [
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
  ] as const) {
    it(`does not try again after ${code} on ${platform}`, async () => {
      const { renamed, count } = attempt(platform, code);
      await assert.rejects(renamed, { code });
      assert.equal(count(), 1);
    });
  }
});
