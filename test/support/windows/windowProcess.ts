import { join } from 'node:path';
import { systemClock } from '../../../src/core/clock.ts';
import { createFileLocks } from '../../../src/node/fileLocks.ts';
import { joinWindowGroup } from '../../../src/node/windows/joinWindowGroup.ts';
import { recordLog } from '../recordedLog.ts';
import { FakeProfile } from './fakeProfile.ts';

/**
 * A window in a process of its own, for tests that kill it: `fork` it with the folder to meet in, and what its
 * storage and its board hold. It says `joined` when it has, and what it was told.
 */
const [folder = '', secrets = '[]', notices = '[]'] = process.argv.slice(2);
const profile = new FakeProfile({
  secrets: new Map(JSON.parse(secrets)),
  notices: new Map(JSON.parse(notices)),
});
const { log, redactor } = recordLog();
const group = joinWindowGroup({
  folder,
  secrets: profile.openSecrets(),
  board: profile.openBoard(),
  clock: systemClock,
  locks: createFileLocks({ folder: join(folder, '..', 'locks'), log }),
  log,
  redactor,
  handlers: {
    snapshot: async () => [],
    apply: async (changes) => {
      if (changes.length > 0) {
        process.send?.(changes);
      }
    },
    deliver: async () => false,
  },
});
void group.joined.then(() => process.send?.('joined'));
