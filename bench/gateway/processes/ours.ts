import { systemClock } from '../../../src/core/clock.ts';
import { createRequestCredential } from '../../../src/core/handover/createRequestCredential.ts';
import { Log } from '../../../src/core/log.ts';
import { rememberProofs } from '../../../src/core/oauth/rememberedProofs.ts';
import { Redactor } from '../../../src/core/redaction.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../../src/core/session/windowLocks.ts';
import { createGateway } from '../../../src/node/gateway/createGateway.ts';
import { FakeSecretStorage } from '../../../test/support/fakeSecretStorage.ts';
import { sampleSession } from '../../../test/support/sampleSession.ts';
import { unexpectedGrants } from '../../../test/support/unexpectedGrants.ts';
import { credential } from '../traffic.ts';
import { serveProcess } from './serveProcess.ts';

const url = new URL(process.argv[2] ?? '');

/** The gateway as the extension has it, with a session that is good for an hour in a keyring in memory. */
async function start(): Promise<URL> {
  const redactor = new Redactor();
  const log = new Log((_level, line) => console.error(line), redactor);
  const sessions = new SessionStore({ secrets: new FakeSecretStorage(), log, redactor });
  const now = systemClock.now();
  await sessions.put(
    sampleSession({
      serverUrl: url.href,
      tokens: {
        accessToken: credential.slice('Bearer '.length),
        receivedAt: now,
        expiresAt: now + 3_600_000,
      },
    }),
  );
  const refresher = new SessionRefresher({
    ...{ fetch: (url: string, init?: RequestInit) => fetch(url, init), clock: systemClock, log, redactor },
    ...{ sessions, locks: new WindowLocks() },
    ...unexpectedGrants,
  });
  const proofs = rememberProofs();
  return await createGateway({ log, redactor }).open('bench', {
    serverName: 'bench',
    url,
    transport: 'http',
    credential: async (signal) =>
      createRequestCredential(url, { kind: 'session' }, { refresher, proofs, signal }),
  });
}

serveProcess(start);
