import assert from 'node:assert/strict';
import { journey } from './harness/journey.ts';
import { filesWithSecrets, isSearchable } from './harness/leaks.ts';
import { notification, seen } from './harness/notifications.ts';

import { answer, openSignInPage } from './harness/signIn.ts';

const mcpJson = (url: string) => JSON.stringify({ mcpServers: { sentry: { type: 'http', url } } });

describe('a window that is reloaded while it waits for the browser', () => {
  it('waits again, and is authenticated when the person has allowed it', () =>
    journey({ mcpJson }, async ({ demo, vscode, view }) => {
      const signIn = await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
      await view.waitFor('sentry', 'waiting for your browser');
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', 'waiting for your browser');
      await vscode.screenshot('reload-waiting-again');
      await answer(signIn, 'Allow');
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await seen(vscode, 'Authenticated at "sentry"', () => vscode.screenshot('reload-authenticated'));
      assert.equal(
        demo.journal.count(({ url }) => url === '/token'),
        1,
      );
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await view.press('sentry', 'Test Connection');
      await seen(vscode, /"sentry" accepted the session/);
      const issued = new Set([...demo.journal.secrets].filter(isSearchable));
      assert.deepEqual(await filesWithSecrets(vscode.home, issued), []);
    }));

  it('shows the page again, and listens for the number that its address has', () =>
    journey({ mcpJson }, async ({ demo, vscode, view }) => {
      await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
      await view.press('sentry', 'Cancel Authentication');
      await view.waitFor('sentry', 'needs authentication');
      await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
      const redirectUris = demo.journal.requests
        .filter(({ url }) => url.startsWith('/auth?'))
        .map(({ url }) => new URL(url, demo.issuer).searchParams.get('redirect_uri'));
      assert.match(redirectUris.at(-1) ?? '', /vscode-reqid=(?!1&)\d+&/);
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', 'waiting for your browser');
      const progress = await notification(vscode, 'Authenticating at "sentry"');
      await vscode.screenshot('reload-links');
      const again = await openSignInPage(vscode, () =>
        progress.getByRole('link', { name: 'Open the page again' }).click(),
      );
      await answer(again, 'Allow');
      await view.waitFor('sentry', /authenticated · \d+ min/);
    }));

  it('ignores the answer when it is cancelled, and listens on localhost again the next time', () =>
    journey({ mcpJson }, async ({ demo, vscode, view }) => {
      const signIn = await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', 'waiting for your browser');
      await view.press('sentry', 'Cancel Authentication');
      await view.waitFor('sentry', 'needs authentication');
      await vscode.screenshot('reload-cancelled');
      await answer(signIn, 'Allow');
      await vscode.runCommand('MCP Auth: Show Log');
      await vscode.page.getByText('Ignored an authorization response that nobody waits for').waitFor();
      assert.equal(
        demo.journal.count(({ url }) => url === '/token'),
        0,
      );

      const second = await openSignInPage(vscode, async () => {
        await vscode.runCommand('MCP Auth: Authenticate through localhost');
        await vscode.page.getByRole('option', { name: /sentry/ }).click();
      });
      await view.waitFor('sentry', 'waiting for your browser');
      await vscode.reload();
      await view.open();
      await view.waitFor('sentry', 'waiting for your browser');
      await second.getByRole('button', { name: 'Allow' }).click();
      await second.getByText('You can close this tab').waitFor();
      await second.close();
      await view.waitFor('sentry', /authenticated · \d+ min/);
    }));
});
