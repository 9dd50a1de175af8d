import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { seen } from './harness/notifications.ts';
import { modal, type ServersView, serversView } from './harness/serversView.ts';
import { sharedMachine } from './harness/sharedMachine.ts';
import { answer, openSignInPage } from './harness/signIn.ts';
import { openVsCode, type VsCode, type VsCodeWindow } from './harness/window.ts';

/** Seconds: long enough for a test to notice that a token has expired too early, or too late. */
const shortLifetime = 6;

describe('two windows of one profile', () => {
  let docs: Demo;
  let tickets: Demo;
  let folder: TemporaryFolder;
  let vscode: VsCode;
  let second: VsCodeWindow;
  let views: readonly [ServersView, ServersView];

  before(async () => {
    docs = await startDemo();
    tickets = await startDemo();
    folder = await createTemporaryFolder('shop-frontend-');
    const servers = { docs: server(docs), tickets: server(tickets) };
    await writeFile(join(folder.path, '.mcp.json'), JSON.stringify({ mcpServers: servers }));
    vscode = await openVsCode({ folder: folder.path, on: await sharedMachine() });
    second = await vscode.openWindow();
    views = [serversView(vscode.page), serversView(second.page)];
  });

  after(async () => {
    await vscode?.close();
    await folder?.remove();
    await Promise.all([docs?.close(), tickets?.close()]);
  });

  async function signIn(window: VsCodeWindow, view: ServersView, name: string): Promise<void> {
    const { page } = window;
    const signInPage = await openSignInPage({ page, context: vscode.context }, () =>
      view.press(name, 'Authenticate'),
    );
    await answer(signInPage, 'Allow');
    await page.bringToFront();
  }

  it('show at once what the other one has signed in to', async () => {
    await second.page.bringToFront();
    await views[1].open();
    await vscode.page.bringToFront();
    await views[0].open();
    await signIn(vscode, views[0], 'docs');
    await views[0].waitFor('docs', /authenticated · \d+ min/);
    await second.page.bringToFront();
    await views[1].waitFor('docs', /authenticated · \d+ min/);
    await signIn(second, views[1], 'tickets');
    await views[1].waitFor('tickets', /authenticated · \d+ min/);
    await second.screenshot('windows-second');
    await vscode.page.bringToFront();
    await views[0].waitFor('tickets', /authenticated · \d+ min/);
    await vscode.screenshot('windows-first');
  });

  it('have both sessions after both were reloaded', async () => {
    for (const [window, view] of [
      [vscode, views[0]],
      [second, views[1]],
    ] as const) {
      await window.page.bringToFront();
      await window.reload();
      await view.open();
      await view.waitFor('docs', /authenticated · \d+ min/);
      await view.waitFor('tickets', /authenticated · \d+ min/);
    }
    await second.screenshot('windows-reloaded');
  });

  it('refresh once when the server has ended the access token of both', async () => {
    const refreshes = docs.journal.refreshes.length;
    docs.expireAccessTokens();
    docs.setAccessTokenTtl(shortLifetime);
    await vscode.page.bringToFront();
    await views[0].press('docs', 'Test Connection');
    await second.page.bringToFront();
    await views[1].press('docs', 'Test Connection');
    await seen(second, /"docs" accepted the session/);
    await vscode.page.bringToFront();
    await seen(vscode, /"docs" accepted the session/);
    assert.deepEqual(
      docs.journal.refreshes.slice(refreshes).map(({ status }) => status),
      [200],
    );
  });

  it('refresh once per expiry, whichever of them does it', async () => {
    const refreshes = docs.journal.refreshes.length;
    const started = Date.now();
    for (let count = 1; count <= 3; count++) {
      if (count === 3) {
        docs.setAccessTokenTtl(3600);
      }
      await docs.journal.next(({ side, url }) => side === 'authorization' && url === '/token');
    }
    const seconds = (Date.now() - started) / 1000;
    // Ahead of the expiry, but in the last fifth of the token's life.
    assert.ok(seconds > 2 * 0.75 * shortLifetime && seconds < 3.2 * shortLifetime, `${seconds} s`);
    const made = docs.journal.refreshes.slice(refreshes);
    assert.ok(made.every(({ status }) => status === 200));
    assert.equal(new Set(made.map(({ presented }) => presented)).size, made.length);
    await vscode.page.bringToFront();
    await views[0].waitFor('docs', /authenticated · \d+ min/);
    await second.page.bringToFront();
    await views[1].waitFor('docs', /authenticated · \d+ min/);
  });

  it('both lose the session that is signed out of in one, and keep the other', async () => {
    await second.page.bringToFront();
    await views[1].press('docs', 'Sign Out');
    await modal(second.page).getByRole('button', { name: 'Sign Out' }).click();
    await views[1].waitFor('docs', 'needs authentication');
    await vscode.page.bringToFront();
    await views[0].waitFor('docs', 'needs authentication');
    await vscode.screenshot('windows-signed-out');
    // The first reads what is stored, which its own copy of before may not have come back into.
    await vscode.reload();
    await views[0].open();
    await views[0].waitFor('docs', 'needs authentication');
    await views[0].waitFor('tickets', /authenticated · \d+ min/);
  });
});

function server({ mcpUrl }: Demo): object {
  return { type: 'http', url: mcpUrl };
}
