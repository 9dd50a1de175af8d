import assert from 'node:assert/strict';
import { join } from 'node:path';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { SharedSecrets } from '../../src/core/windows/sharedSecrets.ts';
import { createCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { createFolderSecretStorage } from '../support/folderSecretStorage.ts';
import { recordLog } from '../support/recordedLog.ts';
import { sampleSession } from '../support/sampleSession.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { granted, refused, startTokenEndpoint, type TokenEndpoint } from '../support/tokenEndpoint.ts';
import type { ProcessOptions, StopPoint } from './messages.ts';
import { startWindowProcess, type WindowProcess } from './windowProcess.ts';

/** Milliseconds; the least that proper-lockfile knows. */
const staleLock = 2_000;
const { serverUrl } = sampleSession();
const expiry = sampleSession().tokens.expiresAt ?? Number.NaN;

describe('a window that is killed (-9) while it refreshes', function () {
  this.timeout(30_000);
  const cleanup = createCleanup();
  let endpoint: TokenEndpoint;
  let folder: string;
  let store: SessionStore;
  let current: number;
  let received: PromiseWithResolvers<void>;
  /** What the server does before it looks at a request. */
  let hold: Promise<void>;
  /** How many rotations ago a refresh token may have been given and is still taken. */
  let grace: number;

  beforeEach(async () => {
    const temporary = await createTemporaryFolder('mcp-auth-killed-');
    cleanup.defer(temporary.remove);
    folder = temporary.path;
    endpoint = await startTokenEndpoint();
    cleanup.defer(() => endpoint.close());
    [current, grace, hold, received] = [1, 0, Promise.resolve(), Promise.withResolvers()];
    endpoint.script(async ({ form }) => {
      received.resolve();
      await hold;
      const presented = Number(form.get('refresh_token')?.replace('refresh-token-', ''));
      if (current - presented > grace) {
        current = Number.POSITIVE_INFINITY;
        return refused('invalid_grant');
      }
      current++;
      return granted({ access_token: `access-token-${current}`, refresh_token: `refresh-token-${current}` });
    });
    const { log, redactor } = recordLog();
    const own = createFolderSecretStorage(join(folder, 'storage'));
    const secrets = new SharedSecrets({ own, clock: new FakeClock(), log });
    store = new SessionStore({ secrets, log, redactor });
    await store.put(sampleSession({ authorizationServer: endpoint.authorizationServer }));
  });
  afterEach(() => cleanup.run());

  async function openWindow(
    stopAt?: StopPoint,
    kind: ProcessOptions['kind'] = 'desktop',
  ): Promise<WindowProcess> {
    const window = await startWindowProcess({ folder, kind, staleLock, ...(stopAt ? { stopAt } : {}) });
    cleanup.defer(() => window.kill());
    return window;
  }

  async function killedAt(stopAt: StopPoint): Promise<void> {
    const window = await openWindow(stopAt);
    void window.use(serverUrl, expiry);
    assert.equal(await window.stopped, stopAt);
    await window.kill();
  }

  /** Resolves when a window has been told of a token. Until then it uses the one of before, which is still good. */
  async function heardBy(window: WindowProcess, accessToken: string): Promise<void> {
    const { createdAt } = sampleSession();
    for (let use = await window.use(serverUrl, createdAt); ; use = await window.use(serverUrl, createdAt)) {
      if ('accessToken' in use && use.accessToken === accessToken) {
        return;
      }
    }
  }

  const useInAnother = async () => await (await openWindow()).use(serverUrl, expiry);

  it('before it has asked loses nothing: another window refreshes', async () => {
    await killedAt('beforeRequest');
    assert.deepEqual(endpoint.requests, []);
    assert.partialDeepStrictEqual(await useInAnother(), { accessToken: 'access-token-2' });
  });

  it('while the server has not looked at its request yet loses nothing', async () => {
    const looks = Promise.withResolvers<void>();
    hold = looks.promise;
    const window = await openWindow();
    void window.use(serverUrl, expiry);
    await received.promise;
    await window.kill();
    // A server that notices that nobody waits any more drops the request.
    endpoint.script(({ form }) => {
      assert.equal(form.get('refresh_token'), 'refresh-token-1');
      return granted({ access_token: 'access-token-2', refresh_token: 'refresh-token-2' });
    });
    assert.partialDeepStrictEqual(await useInAnother(), { accessToken: 'access-token-2' });
    looks.resolve();
  });

  it('after it has written loses nothing, and nobody asks again', async () => {
    await killedAt('afterWrite');
    assert.partialDeepStrictEqual(await useInAnother(), { accessToken: 'access-token-2' });
    assert.equal(endpoint.requests.length, 1);
  });

  for (const stopAt of ['afterAnswer', 'afterTold'] as const) {
    const when =
      stopAt === 'afterAnswer' ? 'with the answer in hand' : 'while it writes, with no other window there';

    it(`${when} loses nothing at a server that takes the token before once more`, async () => {
      grace = 1;
      await killedAt(stopAt);
      assert.partialDeepStrictEqual(await useInAnother(), { accessToken: 'access-token-3' });
    });

    it(`${when} costs one click at a server that does not: client and scopes are kept`, async () => {
      const before = store.get(serverUrl);
      await killedAt(stopAt);
      assert.partialDeepStrictEqual(await useInAnother(), { code: 'session_expired' });
      await store.reload();
      const after = store.get(serverUrl) ?? assert.fail('the record is gone');
      assert.ok(after.refreshRejectedAt !== undefined);
      assert.deepEqual(
        { ...after, refreshRejectedAt: undefined },
        { ...before, refreshRejectedAt: undefined },
      );
    });
  }

  it('while it writes loses nothing where another window of the group has heard it', async () => {
    const other = await openWindow(undefined, 'browser');
    const session = sampleSession({ authorizationServer: endpoint.authorizationServer });
    await other.signIn(session, session.createdAt);
    const window = await openWindow('afterTold', 'browser');
    void window.use(serverUrl, expiry);
    assert.equal(await window.stopped, 'afterTold');
    // It is told while it is written: what is on its way when the window ends is lost.
    await heardBy(other, 'access-token-2');
    await window.kill();
    assert.partialDeepStrictEqual(await other.use(serverUrl, expiry), { accessToken: 'access-token-2' });
    assert.equal(endpoint.requests.length, 1);
    await other.kill();
    const reloaded = await openWindow(undefined, 'browser');
    assert.partialDeepStrictEqual(await reloaded.use(serverUrl, expiry), { accessToken: 'access-token-2' });
  });
});
