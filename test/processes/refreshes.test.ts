import assert from 'node:assert/strict';
import { join } from 'node:path';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { SharedSecrets } from '../../src/core/windows/sharedSecrets.ts';
import { assemble } from '../support/authenticationPorts.ts';
import { createCleanup } from '../support/cleanup.ts';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { createFolderSecretStorage } from '../support/folderSecretStorage.ts';
import { recordLog } from '../support/recordedLog.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { startWindowProcess, type WindowProcess } from './windowProcess.ts';

const windowCount = 8;
const refreshCount = 200;

describe('eight processes that need the same session at the same moment', function () {
  this.timeout(180_000);
  const cleanup = createCleanup();
  let demo: Demo;
  let windows: readonly WindowProcess[];
  let now: number;
  let tokens: () => Promise<{ readonly accessToken: string; readonly expiresAt: number }>;

  before(async () => {
    demo = await startDemo();
    cleanup.defer(demo.close);
    const folder = await createTemporaryFolder('mcp-auth-processes-');
    cleanup.defer(folder.remove);
    const place = { folder: folder.path, kind: 'desktop' } as const;
    const assembly = assemble({ browser: (url) => consent(url.href, { decision: 'allow' }) });
    const session = await assembly.signIn(demo.mcpUrl);
    const { clock, ports } = assembly;
    const secrets = new SharedSecrets({
      ...ports,
      own: createFolderSecretStorage(join(folder.path, 'storage')),
      clock,
    });
    const store = new SessionStore({ secrets, ...recordLog() });
    await store.put(session);
    tokens = async () => {
      await store.reload();
      const { accessToken, expiresAt } = store.get(demo.mcpUrl)?.tokens ?? assert.fail('the session is gone');
      return { accessToken, expiresAt: expiresAt ?? assert.fail('it does not expire') };
    };
    now = clock.now();
    windows = await Promise.all(Array.from({ length: windowCount }, () => startWindowProcess(place)));
    cleanup.defer(async () => {
      await Promise.all(windows.map((one) => one.kill()));
    });
  });
  after(() => cleanup.run());

  it(`send one refresh per expiry, ${refreshCount} times over, and none is rejected`, async () => {
    for (let round = 1; round <= refreshCount; round++) {
      now = (await tokens()).expiresAt;
      const uses = await Promise.all(windows.map((one) => one.use(demo.mcpUrl, now)));
      const { accessToken } = await tokens();
      assert.deepEqual(
        uses.map((use) => ('accessToken' in use ? use.accessToken : use)),
        windows.map(() => accessToken),
      );
      assert.equal(demo.journal.refreshes.length, round);
    }
    assert.deepEqual(
      demo.journal.refreshes.map(({ status }) => status),
      Array.from({ length: refreshCount }, () => 200),
    );
    assert.equal(new Set(demo.journal.refreshes.map(({ presented }) => presented)).size, refreshCount);
  });
});
