import assert from 'node:assert/strict';
import { withCleanup } from '../support/cleanup.ts';
import { type Honest, type Routes, startMisbehavingServer } from '../support/misbehavingServer.ts';
import { json } from '../support/reply.ts';
import { type Journey, journey } from './harness/journey.ts';
import { sampleMcpJson } from './harness/mcpJson.ts';
import { seen } from './harness/notifications.ts';
import { modal } from './harness/serversView.ts';

const metadataRoute = 'GET /.well-known/oauth-authorization-server';

/** Opens VS Code beside a server whose sign-in page says yes at once. */
function beside(
  overrides: (honest: Honest) => Routes,
  run: (journey: Journey, asked: () => readonly string[]) => Promise<void>,
): Promise<void> {
  return withCleanup(async (defer) => {
    const server = await startMisbehavingServer(overrides);
    defer(server.close);
    await journey({ mcpJson: () => sampleMcpJson({ sentry: server.mcpUrl }) }, async (started) => {
      await started.view.waitFor('sentry', 'needs authentication');
      await run(started, () => server.asked);
    });
  });
}

describe('a server that does not say that it supports PKCE', () => {
  const withoutPkce = ({ metadata }: Honest): Routes => {
    const { code_challenge_methods_supported: _methods, ...rest } = metadata;
    return { [metadataRoute]: json(rest) };
  };

  it('is signed in at only if the person allows it, who is not asked again', () =>
    beside(withoutPkce, async ({ vscode, view }, asked) => {
      const dialog = modal(vscode.page);
      const question = dialog.getByText('does not say that it supports PKCE. Sign in anyway?');
      await view.press('sentry', 'Authenticate');
      await question.waitFor();
      await dialog.getByText('PKCE keeps a stolen authorization code').waitFor();
      await vscode.screenshot('pkce-question');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await seen(vscode, /does not say that it supports PKCE \(S256\)/);
      assert.ok(!asked().includes('POST /register'));
      assert.ok(!asked().includes('GET /authorize'));

      await view.press('sentry', 'Authenticate');
      await dialog.getByRole('button', { name: 'Sign In Anyway' }).click();
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await view.choose('sentry', 'Authenticate');
      await seen(vscode, 'Authenticated at "sentry".');
      assert.equal(asked().filter((route) => route === 'GET /authorize').length, 2);
    }));
});

describe('an authorization server that knows only clients that were registered by hand', () => {
  const withoutRegistration = ({ metadata }: Honest): Routes => {
    const { registration_endpoint: _endpoint, ...rest } = metadata;
    return { [metadataRoute]: json(rest) };
  };

  it('gets the client ID that the person enters, who is asked once', () =>
    beside(withoutRegistration, async ({ vscode, view }, asked) => {
      const input = vscode.page.locator('.quick-input-widget input');
      await view.press('sentry', 'Authenticate');
      await vscode.page.getByText(/Register an application there with the redirect URI/).waitFor();
      await vscode.screenshot('client-id-question');
      await vscode.page.keyboard.press('Escape');
      await seen(vscode, /only knows clients that were registered by hand/);
      assert.ok(!asked().includes('GET /authorize'));

      await view.press('sentry', 'Authenticate');
      await vscode.page.getByText(/Register an application there/).waitFor();
      await input.fill('my-editor');
      await input.press('Enter');
      await view.waitFor('sentry', /authenticated · \d+ min/);
      await view.row('sentry').locator('.monaco-tl-twistie').click();
      await vscode.page
        .getByRole('treeitem', { name: /Client/ })
        .filter({ hasText: 'my-editor' })
        .waitFor();
      await view.choose('sentry', 'Authenticate');
      await seen(vscode, 'Authenticated at "sentry".');
    }));
});
