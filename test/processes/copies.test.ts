import assert from 'node:assert/strict';
import { createCleanup } from '../support/cleanup.ts';
import { sampleSession, sampleTime } from '../support/sampleSession.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { granted, refused, startTokenEndpoint } from '../support/tokenEndpoint.ts';
import { startWindowProcess, type WindowProcess } from './windowProcess.ts';

const windowCount = 4;
const hour = 3_600_000;

describe('processes that each hold a copy of the storage, as tabs of a browser do', function () {
  this.timeout(60_000);
  const cleanup = createCleanup();
  let open: () => Promise<WindowProcess>;
  beforeEach(async () => {
    const folder = await createTemporaryFolder('mcp-auth-copies-');
    cleanup.defer(folder.remove);
    open = async () => {
      const window = await startWindowProcess({ folder: folder.path, kind: 'browser' });
      cleanup.defer(() => window.kill());
      return window;
    };
  });
  afterEach(() => cleanup.run());

  const openAll = () => Promise.all(Array.from({ length: windowCount }, open));
  const at = (index: number) => sampleSession({ serverUrl: `https://mcp-${index}.example/mcp` });

  it('keep what each of them signs in to at the same moment, also when all have ended', async () => {
    // All start with nothing stored, so that they have to find each other first.
    const windows = await openAll();
    await Promise.all(windows.map((window, index) => window.signIn(at(index), sampleTime)));
    const readAll = async (all: readonly WindowProcess[]) =>
      await Promise.all(
        all.map(async (window) => {
          const uses = windows.map((_, index) => window.use(at(index).serverUrl, sampleTime));
          return (await Promise.all(uses)).filter((use) => 'accessToken' in use).length;
        }),
      );
    const everything = windows.map(() => windowCount);
    assert.deepEqual(await readAll(windows), everything);
    await Promise.all(windows.map((window) => window.kill()));
    assert.deepEqual(await readAll(await openAll()), everything);
  });

  it('send one refresh per expiry, although each of them would write back what it once read', async () => {
    const endpoint = await startTokenEndpoint();
    cleanup.defer(() => endpoint.close());
    let current = 1;
    endpoint.script(({ form }) => {
      if (form.get('refresh_token') !== `refresh-token-${current}`) {
        return refused('invalid_grant');
      }
      current++;
      return granted({ access_token: `access-token-${current}`, refresh_token: `refresh-token-${current}` });
    });
    const windows = await openAll();
    const session = sampleSession({ authorizationServer: endpoint.authorizationServer });
    await windows[0]?.signIn(session, sampleTime);
    for (let round = 1; round <= 20; round++) {
      const now = sampleTime + round * hour;
      const uses = await Promise.all(windows.map((window) => window.use(session.serverUrl, now)));
      assert.partialDeepStrictEqual(
        uses,
        windows.map(() => ({ accessToken: `access-token-${round + 1}` })),
      );
      assert.equal(endpoint.requests.length, round);
    }
  });
});
