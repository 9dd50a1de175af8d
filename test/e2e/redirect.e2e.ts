import assert from 'node:assert/strict';
import { listen } from '../support/demo/listener.ts';
import { journey } from './harness/journey.ts';
import { seen } from './harness/notifications.ts';
import { saveScreenshot } from './harness/screenshot.ts';

import { openSignInPage } from './harness/signIn.ts';

describe('a client that was registered by hand for one port of localhost', () => {
  it('is signed in through that port', async () => {
    const callbackPort = await freePort();
    const redirectUris = [`http://localhost:${callbackPort}/callback`];
    const oauth = { clientId: 'by-hand', callbackPort };
    const options = {
      demo: { staticClients: [{ clientId: 'by-hand', redirectUris }] },
      mcpJson: (url: string) => JSON.stringify({ mcpServers: { asana: { type: 'http', url, oauth } } }),
    };
    await journey(options, async ({ vscode, view }) => {
      const signIn = await openSignInPage(vscode, () => view.press('asana', 'Authenticate'));
      await signIn.getByRole('button', { name: 'Allow' }).click();
      await signIn.getByText('You can close this tab').waitFor();
      await saveScreenshot(signIn, 'loopback-page');
      await signIn.close();
      await view.waitFor('asana', /authenticated · \d+ min/);
      await view.press('asana', 'Test Connection');
      await seen(vscode, /"asana" accepted the session/);
      await vscode.screenshot('loopback-authenticated');
    });
  });
});

describe('a sign-in page that refuses the address of the editor', () => {
  it('is left for another, that comes back through localhost', () => {
    const mcpJson = (url: string) => JSON.stringify({ mcpServers: { canva: { type: 'http', url } } });
    return journey({ mcpJson }, async ({ vscode, view }) => {
      const refusing = await openSignInPage(vscode, () => view.press('canva', 'Authenticate'));
      await view.waitFor('canva', 'waiting for your browser');
      await vscode.page.getByRole('link', { name: 'Use localhost instead' }).waitFor();
      await vscode.screenshot('waiting-links');
      const signIn = await openSignInPage(vscode, () =>
        vscode.page.getByRole('link', { name: 'Use localhost instead' }).click(),
      );
      await refusing.close();
      const cancelled = vscode.page.getByText('The authentication at "canva" was cancelled');
      assert.equal(await cancelled.count(), 0, 'nobody cancelled anything');
      await signIn.getByRole('button', { name: 'Allow' }).click();
      await signIn.getByText('You can close this tab').waitFor();
      await signIn.close();
      await view.waitFor('canva', /authenticated · \d+ min/);
      await vscode.screenshot('through-localhost');
    });
  });
});

/** A port that nobody has right now: the client has to be registered for it before it is listened at. */
async function freePort(): Promise<number> {
  const { origin, close } = await listen('127.0.0.1', 0);
  await close();
  return Number(new URL(origin).port);
}
