import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { AuthError } from '../../src/core/errors.ts';
import type { Fetch } from '../../src/core/oauth/oauthFetch.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import type { SecretStorage } from '../../src/core/session/secretStorage.ts';
import { parseSession } from '../../src/core/session/session.ts';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { SharedSecrets } from '../../src/core/windows/sharedSecrets.ts';
import { lonelyWindow } from '../../src/core/windows/windowGroup.ts';
import { createFileLocks } from '../../src/node/fileLocks.ts';
import { joinWindowGroup } from '../../src/node/windows/joinWindowGroup.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { openFolderProfile } from '../support/folderProfile.ts';
import { createFolderSecretStorage } from '../support/folderSecretStorage.ts';
import { recordLog } from '../support/recordedLog.ts';
import { unexpectedGrants } from '../support/unexpectedGrants.ts';
import type { ProcessMessage, ProcessOptions, StopPoint, UseRequest } from './messages.ts';

/**
 * One window of a machine as a process of its own: stores, locks and refreshes are real; clock and keyring are not.
 * Does what its parent says, and stops for good where it was told to.
 */
const options = JSON.parse(process.argv[2] ?? '') as ProcessOptions;
const send = (message: ProcessMessage) => process.send?.(message);

async function stop(at: StopPoint): Promise<void> {
  if (options.stopAt === at) {
    send({ type: 'stopped', at });
    await new Promise(() => undefined);
  }
}

const place = (name: string) => join(options.folder, name);
const profile = options.kind === 'browser' ? openFolderProfile(place('profile')) : undefined;
const own = profile?.secrets ?? createFolderSecretStorage(place('storage'));
const stoppingStorage: SecretStorage = {
  ...own,
  async store(key, value) {
    const isSession = key.startsWith('session:');
    await (isSession ? stop('afterTold') : undefined);
    await own.store(key, value);
    await (isSession ? stop('afterWrite') : undefined);
  },
};
const stoppingFetch: Fetch = async (url, init) => {
  await stop('beforeRequest');
  const response = await fetch(url, init);
  await stop('afterAnswer');
  return response;
};

const clock = new FakeClock(0);
const { log, redactor } = recordLog();
const secrets = new SharedSecrets({ own: stoppingStorage, clock, log });
const sessions = new SessionStore({ secrets, log, redactor });
const { staleLock: stale } = options;
const locks = createFileLocks({ folder: place('locks'), log, ...(stale === undefined ? {} : { stale }) });
const windows = profile
  ? joinWindowGroup({
      ...profile,
      folder: place('windows'),
      handlers: {
        snapshot: () => secrets.snapshot(),
        apply: (changes) => secrets.apply(changes),
        deliver: async () => false,
      },
      log,
      redactor,
      clock: systemClock,
      locks,
    })
  : lonelyWindow({ id: String(process.pid), startedAt: Date.now() });
secrets.join(windows);
const network = { fetch: stoppingFetch, clock, log, redactor };
const refresher = new SessionRefresher({ ...network, sessions, locks, ...unexpectedGrants });

process.on('message', async ({ id, serverUrl, now, session }: UseRequest) => {
  clock.advance(Math.max(0, now - clock.now()));
  try {
    await (session === undefined ? undefined : sessions.put(parseSession(session)));
    const { tokens } = await refresher.fresh(serverUrl);
    send({ type: 'used', id, accessToken: tokens.accessToken });
  } catch (error) {
    const code = error instanceof AuthError ? error.code : 'unexpected';
    send({ type: 'failed', id, code, message: String(error) });
  }
});
process.on('disconnect', () => process.exit());
Promise.all([sessions.reload(), windows.joined]).then(
  () => send({ type: 'ready' }),
  () => process.exit(1),
);
