import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createFileLocks } from '../../src/node/fileLocks.ts';
import { recordLog } from './recordedLog.ts';
import { runMain } from './runMain.ts';

/**
 * A process of its own that locks, for the tests of locks: `hold` keeps the lock of "key" until it is told to end,
 * `count` adds one to the number in a file, fifty times. In the end it sends what it has logged.
 */
async function main(): Promise<number> {
  const [task, folder = '', file = ''] = process.argv.slice(2);
  const { log, lines } = recordLog();
  const locks = createFileLocks({ folder, log });
  if (task === 'hold') {
    await locks.run('key', async () => {
      process.send?.('holding');
      await once(process, 'message');
    });
  } else {
    for (let i = 0; i < 50; i++) {
      await locks.run('key', () => countUp(file));
    }
  }
  process.send?.(lines);
  process.disconnect();
  return 0;
}

async function countUp(file: string): Promise<void> {
  const count = Number(await readFile(file, 'utf8'));
  await writeFile(file, String(count + 1));
}

runMain(main);
