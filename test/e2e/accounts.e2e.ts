import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Demo } from '../support/demo/demo.ts';
import { journey, startJourney } from './harness/journey.ts';
import { filesWithSecrets, isSearchable } from './harness/leaks.ts';
import { sampleMcpJson } from './harness/mcpJson.ts';
import { seen } from './harness/notifications.ts';
import { saveScreenshot } from './harness/screenshot.ts';
import { modal, type ServersView } from './harness/serversView.ts';
import { answer, openSignInPage } from './harness/signIn.ts';
import type { VsCode } from './harness/window.ts';

const [alice, bob] = ['alice@example.com', 'bob@example.com'];

describe('several accounts at one server', () => {
  let demo: Demo;
  let vscode: VsCode;
  let view: ServersView;
  let end: () => Promise<void>;

  before(async () => {
    ({ demo, vscode, view, end } = await startJourney({
      demo: { openId: true },
      mcpJson: (url) => sampleMcpJson({ sentry: url }),
    }));
    await view.waitFor('sentry', 'needs authentication');
  });

  after(() => end?.());

  /** Signs in as somebody at the page that `start` makes VS Code open. */
  async function signInAs(user: string, start: () => Promise<void>): Promise<void> {
    const page = await openSignInPage(vscode, start);
    await page.getByLabel('User name').fill(user);
    await saveScreenshot(page, `accounts-sign-in-${user}`);
    await answer(page, 'Allow');
  }

  /** The row of an account, as a screen reader says it. */
  const account = (name: string): Locator =>
    vscode.page.getByRole('treeitem', { name: new RegExp(`^${name}, account\\.`) });

  const expectAccount = (name: string, text: RegExp | string) =>
    account(name).filter({ hasText: text }).waitFor();

  async function unfold(row: Locator): Promise<void> {
    await row.locator('.monaco-tl-twistie').click();
  }

  /** Chooses from the context menu of an account. */
  async function choose(name: string, action: string): Promise<void> {
    const { page } = vscode;
    await page.bringToFront();
    await account(name).click({ button: 'right' });
    const item = page.getByRole('menuitem', { name: action, exact: true, disabled: false });
    await item.hover();
    await item.press('Enter');
  }

  const option = (page: Page, text: string) => page.getByRole('option').filter({ hasText: text });

  it('begin with one, whose name the details tell first', async () => {
    await signInAs('alice', () => view.press('sentry', 'Authenticate'));
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await unfold(view.row('sentry'));
    await vscode.page.getByRole('treeitem', { name: new RegExp(`Account: ${alice}`) }).waitFor();
    await vscode.screenshot('accounts-one');
  });

  it('are both in the tree once another one was added, which is used from then on', async () => {
    await signInAs('bob', () => view.choose('sentry', 'Add Account…'));
    await view.waitFor('sentry', new RegExp(`authenticated · ${bob} · \\d+ min`));
    await seen(vscode, `Added ${bob} at "sentry". This workspace uses it from now on.`, () =>
      vscode.screenshot('accounts-added'),
    );
    await expectAccount(bob, /used here · authenticated · \d+ min/);
    await expectAccount(alice, /^(?!.*used here).*authenticated · \d+ min/);
    await vscode.screenshot('accounts-two');
  });

  it('unfold to the facts about their sessions', async () => {
    await unfold(account(alice));
    await vscode.page.getByRole('treeitem', { name: new RegExp(`Account: ${alice}`) }).waitFor();
    await vscode.screenshot('accounts-unfolded');
    await unfold(account(alice));
  });

  it('asked the server to ask who it is', () => {
    const prompts = demo.journal.requests
      .filter(({ url }) => url.startsWith('/auth?'))
      .map(({ url }) => new URLSearchParams(url.slice('/auth?'.length)).get('prompt'));
    assert.deepEqual(prompts, ['consent', 'login consent']);
  });

  it('are used in turn: by the button on the row, and from the command palette', async () => {
    await account(alice).hover();
    await account(alice).getByRole('button', { name: 'Use in This Workspace' }).click();
    await view.waitFor('sentry', new RegExp(`authenticated · ${alice} · \\d+ min`));
    await expectAccount(alice, 'used here');
    await vscode.runCommand('MCP Auth: Switch Account…');
    await option(vscode.page, alice).filter({ hasText: 'used here' }).waitFor();
    await vscode.screenshot('accounts-switch');
    await option(vscode.page, bob).click();
    await view.waitFor('sentry', new RegExp(`authenticated · ${bob} · \\d+ min`));
    await expectAccount(bob, 'used here');
    await view.press('sentry', 'Test Connection');
    await seen(vscode, /"sentry" accepted the session/);
  });

  it('are all there after a reload, and the same one is used', async () => {
    await vscode.reload();
    await view.open();
    await view.waitFor('sentry', new RegExp(`authenticated · ${bob} · \\d+ min`));
    await unfold(view.row('sentry'));
    await account(alice).waitFor();
    await expectAccount(bob, 'used here');
    await vscode.screenshot('accounts-after-reload');
  });

  it('have the name that the person gives them', async () => {
    await choose(alice, 'Rename Account…');
    const input = vscode.page.locator('.quick-input-widget input');
    await input.fill('work');
    await vscode.screenshot('accounts-rename');
    await input.press('Enter');
    await account('work').waitFor();
  });

  it('are signed out of each by itself, and the other remains', async () => {
    await choose(bob, 'Sign Out');
    const dialog = modal(vscode.page);
    await dialog.getByText(`Sign out of "sentry" as ${bob}?`).waitFor();
    await vscode.screenshot('accounts-sign-out');
    await dialog.getByRole('button', { name: 'Sign Out' }).click();
    await view.waitFor('sentry', /authenticated · \d+ min/);
    await account('work').waitFor({ state: 'detached' });
    await vscode.page.getByRole('treeitem', { name: /Account: work/ }).waitFor();
    await vscode.screenshot('accounts-one-left');
    assert.ok(demo.journal.revocations.some(({ known }) => known));
    await view.press('sentry', 'Test Connection');
    await seen(vscode, /"sentry" accepted the session/);
  });

  it('leave neither a secret nor a name in any file of VS Code', async () => {
    const issued = [...demo.journal.secrets].filter(isSearchable);
    assert.deepEqual(await filesWithSecrets(vscode.home, new Set([...issued, alice])), []);
  });
});

describe('accounts at a server that does not tell who signs in', () => {
  it('get a name from the person, or a number, and are chosen by it to be signed out of', () =>
    journey({ mcpJson: (url) => sampleMcpJson({ sentry: url }) }, async ({ vscode, view }) => {
      const { page } = vscode;
      const input = page.locator('.quick-input-widget input');
      const signIn = async (start: () => Promise<void>) =>
        await answer(await openSignInPage(vscode, start), 'Allow');
      await signIn(() => view.press('sentry', 'Authenticate'));
      await view.waitFor('sentry', /authenticated · \d+ min/);

      await signIn(() => view.choose('sentry', 'Add Account…'));
      await page.getByText('Name the Account at "sentry"').waitFor();
      assert.equal(await input.inputValue(), 'Account 2');
      await vscode.screenshot('accounts-name');
      await input.press('Escape');
      await view.waitFor('sentry', /authenticated · Account 2 · \d+ min/);

      await signIn(() => view.choose('sentry', 'Add Account…'));
      await page.getByText('Name the Account at "sentry"').waitFor();
      await input.fill('on call · "$(bug)"');
      await input.press('Enter');
      await view.waitFor('sentry', /authenticated · "on call · \\"\$ \(bug\)\\"" · \d+ min/);
      await view.row('sentry').locator('.monaco-tl-twistie').click();
      await page.getByRole('treeitem', { name: /^Account 1, account\./ }).waitFor();
      await vscode.screenshot('accounts-named');

      await view.press('sentry', 'Sign Out');
      await page.getByRole('option').filter({ hasText: 'used here' }).waitFor();
      await vscode.screenshot('accounts-sign-out-of-which');
      await page.getByRole('option').filter({ hasText: 'Account 2' }).click();
      await modal(page).getByText('Sign out of "sentry" as Account 2?').waitFor();
      await modal(page).getByRole('button', { name: 'Sign Out' }).click();
      await page.getByRole('treeitem', { name: /^Account 2, account\./ }).waitFor({ state: 'detached' });
      await view.waitFor('sentry', 'on call');
    }));
});
