import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Demo } from '../support/demo/demo.ts';
import { journey, startJourney } from './harness/journey.ts';
import { filesWithSecrets, isSearchable } from './harness/leaks.ts';
import { sampleMcpJson } from './harness/mcpJson.ts';
import { notification, seen } from './harness/notifications.ts';
import { saveScreenshot } from './harness/screenshot.ts';
import { modal, type ServersView } from './harness/serversView.ts';
import { answer, openSignInPage } from './harness/signIn.ts';
import type { VsCode } from './harness/window.ts';

const mcpJson = (mcpUrl: string) => sampleMcpJson({ sentry: mcpUrl });

/** Seconds; longer than a test needs, shorter than anybody wants to wait for its end. */
const shortLifetime = 5;

/** The browser was sent to exactly the URL that MCP Auth built for it, and to no other. */
function assertExactUrl(demo: Demo, { origin }: Pick<VsCode, 'origin'>): void {
  const [request, ...others] = demo.journal.requests.filter(({ url }) => url.startsWith('/auth?'));
  assert.ok(request);
  assert.deepEqual(others, []);
  const received = new URLSearchParams(request.url.slice('/auth?'.length));
  const redirectUri = received.get('redirect_uri') ?? '';
  const [place, query] = redirectUri.split('?');
  assert.ok(place?.startsWith(`${origin}/`) && place.endsWith('/callback'), redirectUri);
  assert.match(
    query ?? '',
    /^vscode-reqid=\d+&vscode-scheme=code-oss&vscode-authority=mcp-auth\.mcp-auth&vscode-path=%2Fcallback$/,
  );
  const built = new URLSearchParams([
    ['response_type', 'code'],
    ['client_id', received.get('client_id') ?? ''],
    ['redirect_uri', redirectUri],
    ['state', received.get('state') ?? ''],
    ['code_challenge', received.get('code_challenge') ?? ''],
    ['code_challenge_method', 'S256'],
    ['resource', demo.mcpUrl],
    ['scope', 'mcp:tools offline_access'],
    ['prompt', 'consent'],
  ]);
  assert.equal(request.url, `/auth?${built}`);
}

describe('authenticating at a server on localhost', () => {
  let demo: Demo;
  let vscode: VsCode;
  let view: ServersView;
  let end: () => Promise<void>;
  let signIn: Page;
  const picture = (name: string) => vscode.screenshot(`localhost-${name}`);

  before(async () => {
    ({ demo, vscode, view, end } = await startJourney({ mcpJson }));
  });

  after(() => end?.());

  it('lists an OAuth server, a stdio server, a header server and a broken entry', async () => {
    await view.waitFor('sentry', 'needs authentication');
    await view.waitFor('files', 'stdio');
    await view.waitFor('internal', 'header from .mcp.json');
    await view.waitFor('broken', '"url" without "type"');
    // As a screen reader says it.
    await vscode.page.getByRole('treeitem', { name: /^shop-frontend, \.mcp\.json$/ }).waitFor();
    await vscode.page
      .getByRole('treeitem', { name: /^sentry, MCP server\. Needs authentication\./ })
      .waitFor();
    await picture('servers');
    assert.deepEqual(
      demo.journal.requests.map(({ method, url, status }) => [method, url, status]),
      [['POST', '/mcp', 401]],
      'before somebody asks for more, only the server is asked, once, whether it wants a credential',
    );
  });

  it('opens the sign-in page on a click on Authenticate', async () => {
    signIn = await openSignInPage(
      vscode,
      () => view.press('sentry', 'Authenticate'),
      () => assert.fail('VS Code asks about no address of this machine'),
    );
    await view.waitFor('sentry', 'waiting for your browser');
    await picture('waiting-for-browser');
    await saveScreenshot(signIn, 'localhost-consent');
  });

  it('sent the browser to exactly the URL that it built', () => {
    assertExactUrl(demo, vscode);
  });

  it('turns the row to authenticated once the person allowed it', async () => {
    await answer(signIn, 'Allow');
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await view
      .row('sentry')
      .and(vscode.page.getByRole('treeitem', { name: /Authenticated · expires in/ }))
      .waitFor();
    await view.row('sentry').locator('.monaco-tl-twistie').click();
    await vscode.page.getByRole('treeitem', { name: /Issuer/ }).waitFor();
    await picture('authenticated');
  });

  it('is accepted by the server when the connection is tested', async () => {
    await view.press('sentry', 'Test Connection');
    await seen(vscode, /"sentry" accepted the session/, () => picture('connection-tested'));
    const accepted = demo.journal.count(
      ({ side, method, status }) => side === 'resource' && method === 'POST' && status === 200,
    );
    assert.equal(accepted, 2, 'initialize and tools/list');
  });

  it('is still authenticated after the window is reloaded', async () => {
    await vscode.reload();
    await view.open();
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await picture('after-reload');
  });

  it('refreshes silently when the server rejects the access token, and ahead of its expiry', async () => {
    const refreshes = demo.journal.refreshes.length;
    demo.expireAccessTokens();
    demo.setAccessTokenTtl(shortLifetime);
    const refreshed = demo.journal.next(({ url }) => url === '/token');
    await view.press('sentry', 'Test Connection');
    await refreshed;
    demo.setAccessTokenTtl(3600);
    await seen(vscode, /"sentry" accepted the session/);
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await picture('refreshed-by-itself');
    assert.equal(
      demo.journal.refreshes.length,
      refreshes + 2,
      'once for the rejected token, and once before the next one expired',
    );
    await view.press('sentry', 'Test Connection');
    await seen(vscode, /"sentry" accepted the session/);
    assert.equal(demo.journal.refreshes.length, refreshes + 2, 'the token is good');
    assert.equal(vscode.context.pages().length, 1, 'no browser page was opened');
  });

  it('signs out: the server revokes the tokens and the row needs authentication', async () => {
    await view.press('sentry', 'Sign Out');
    const dialog = modal(vscode.page);
    await dialog.getByText('Sign out of "sentry"?').waitFor();
    await picture('sign-out-question');
    await dialog.getByRole('button', { name: 'Sign Out' }).click();
    await view.waitFor('sentry', 'needs authentication');
    await picture('signed-out');
    assert.ok(
      demo.journal.revocations.some(({ known }) => known),
      'the server saw the revocation of a token it knew',
    );
  });

  it('does the same from the command palette', async () => {
    signIn = await openSignInPage(vscode, async () => {
      await vscode.runCommand('MCP Auth: Authenticate');
      await vscode.page.getByRole('option', { name: /sentry/ }).waitFor();
      await picture('palette-authenticate');
      await vscode.page.getByRole('option', { name: /sentry/ }).click();
    });
    await answer(signIn, 'Allow');
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await vscode.runCommand('MCP Auth: Test Connection');
    await vscode.page.getByRole('option', { name: /sentry/ }).click();
    await seen(vscode, /"sentry" accepted the session/);
    await vscode.runCommand('MCP Auth: Sign Out');
    await vscode.page.getByRole('option', { name: /sentry/ }).click();
    await modal(vscode.page).getByRole('button', { name: 'Sign Out' }).click();
    await view.waitFor('sentry', 'needs authentication');
  });

  it('says so when consent is denied, and leaves nothing behind', async () => {
    signIn = await openSignInPage(vscode, () => view.choose('sentry', 'Authenticate'));
    await answer(signIn, 'Deny');
    await view.waitFor('sentry', 'needs authentication');
    await seen(vscode, /refused the sign-in: access was denied/, () => picture('denied'));
    await vscode.reload();
    await view.open();
    await view.waitFor('sentry', 'needs authentication');
  });

  it('says so when it is cancelled, and ignores the answer that comes too late', async () => {
    signIn = await openSignInPage(vscode, () => view.press('sentry', 'Authenticate'));
    await view.waitFor('sentry', 'waiting for your browser');
    await (await notification(vscode, 'Authenticating at "sentry"'))
      .getByRole('button', { name: 'Cancel' })
      .click();
    await vscode.page.getByText('The authentication at "sentry" was cancelled.').waitFor();
    await view.waitFor('sentry', 'needs authentication');
    await picture('cancelled');
    const exchanges = demo.journal.count(({ url }) => url === '/token');
    await answer(signIn, 'Allow');
    await vscode.runCommand('MCP Auth: Show Log');
    await vscode.page.getByText('Ignored an authorization response that nobody waits for').waitFor();
    await picture('log');
    assert.equal(
      demo.journal.count(({ url }) => url === '/token'),
      exchanges,
      'the late code was not redeemed',
    );
    await view.waitFor('sentry', 'needs authentication');
  });

  it('wrote no secret into any file of VS Code', async () => {
    const lineOfLog = new Set(['Ignored an authorization response']);
    assert.notDeepEqual(await filesWithSecrets(vscode.home, lineOfLog), [], 'the search finds what is there');
    const issued = [...demo.journal.secrets].filter(isSearchable);
    assert.ok(issued.length >= 15, `only ${issued.length} secrets were issued`);
    assert.deepEqual(await filesWithSecrets(vscode.home, demo.journal.secrets), []);
  });
});

// 127.0.0.2 is to VS Code what any host on the Internet is: not forwarded, not trusted by itself.
describe('the link dialog of VS Code for a server on another host', () => {
  it('ends the authentication when it is cancelled, else leads to exactly the URL that was built', () =>
    journey(
      { demo: { host: '127.0.0.2' }, mcpJson: (url) => sampleMcpJson({ elsewhere: url }) },
      async ({ demo, vscode, view }) => {
        await view.press('elsewhere', 'Authenticate');
        await modal(vscode.page).getByRole('button', { name: 'Cancel' }).click();
        await vscode.page.getByText('The authentication at "elsewhere" was cancelled.').waitFor();
        await view.waitFor('elsewhere', 'needs authentication');
        assert.equal(vscode.context.pages().length, 1);

        let wasAsked = false;
        const signIn = await openSignInPage(
          vscode,
          () => view.press('elsewhere', 'Authenticate'),
          async () => {
            wasAsked = true;
            await vscode.screenshot('another-host-link-dialog');
          },
        );
        assert.ok(wasAsked);
        assertExactUrl(demo, vscode);
        await answer(signIn, 'Allow');
        await view.waitFor('elsewhere', /authenticated · \d+ min/);
        await view.press('elsewhere', 'Test Connection');
        await seen(vscode, /"elsewhere" accepted the session/);
        await vscode.screenshot('another-host-authenticated');

        await view.press('elsewhere', 'Sign Out');
        await modal(vscode.page).getByRole('button', { name: 'Sign Out' }).click();
        await view.waitFor('elsewhere', 'needs authentication');
        assert.ok(demo.journal.revocations.some(({ known }) => known));
        const issued = new Set([...demo.journal.secrets].filter(isSearchable));
        assert.deepEqual(await filesWithSecrets(vscode.home, issued), []);
      },
    ));
});
