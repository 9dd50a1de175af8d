import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import type { McpAuthApi } from '../../../api/mcp-auth.d.ts';
import { openPaletteStage, type PaletteStage } from './paletteStage.ts';
import { person } from './person.ts';

const question =
  'The extension "Caller" (mcp-auth-tests.caller) wants to use your session at demo (127.0.0.1:';

describe('the question of who may use a session', function () {
  this.timeout(60_000);
  let stage: PaletteStage;
  let caller: Pick<McpAuthApi, 'authenticate' | 'getAuthorizationHeaders'>;

  before(async () => {
    stage = await openPaletteStage();
    const extension = extensions.getExtension<typeof caller>('mcp-auth-tests.caller');
    caller = (await extension?.activate()) ?? assert.fail('VS Code does not know the calling extension');
  });
  afterEach(async () => {
    const { access } = stage.product;
    for (const entry of access.entries) {
      await access.revoke(entry);
    }
    await commands.executeCommand('notifications.clearAll');
  });
  after(() => stage.close());

  it('is asked once, and its answer is remembered', async () => {
    await stage.signOut();
    await stage.signIn('demo');
    const { access } = stage.product;
    const url = stage.demos.demo.mcpUrl;
    const headers = caller.getAuthorizationHeaders(url);
    await person.press(question, 'Always Allow');
    assert.deepEqual(Object.keys(await headers), ['Authorization']);
    assert.deepEqual(await caller.getAuthorizationHeaders(url), await headers);
    // Agent mode may have begun to use the sessions of the stage meanwhile.
    const ofExtensions = access.entries.filter(({ program }) => program.kind === 'extension');
    assert.deepEqual(
      ofExtensions.map(({ decision }) => decision),
      ['always'],
    );
  });

  it('is asked before a browser opens for another extension', async () => {
    await stage.signOut();
    const session = caller.authenticate(stage.demos.demo.mcpUrl);
    await person.press('(mcp-auth-tests.caller) wants you to authenticate at demo', 'Authenticate');
    assert.equal((await session).issuer, stage.demos.demo.issuer);
  });
});
