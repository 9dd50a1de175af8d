import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { MisbehavingServer } from '../support/misbehavingServer.ts';
import { silence } from '../support/reply.ts';
import { beside, wikiToken } from './harness/everyState.ts';
import type { Journey } from './harness/journey.ts';
import { clearNotifications, notification, seen } from './harness/notifications.ts';
import { modal } from './harness/serversView.ts';
import { openSignInPage } from './harness/signIn.ts';

const box = (window: Page): Locator => window.locator('.quick-input-widget .quick-input-box input');

/** What the rows say before anybody has done anything. */
const atFirst = {
  linear: 'needs authentication',
  tracker: 'TRACKER_TOKEN is not set',
  wiki: 'WIKI_TOKEN is not set',
  internal: 'header from .mcp.json',
  metrics: 'header from .mcp.json',
  corp: 'helper is not allowed yet',
  docs: 'no authentication needed',
  billing: 'unreachable',
  events: 'WebSocket · headers only',
  filesystem: 'stdio · credentials from its environment',
  zapier: 'stdio · bridge to mcp.zapier.example',
  broken: '"url" without "type"',
  github: 'VS Code asks for its credential',
};

/** What they say in the end. */
const inTheEnd = {
  ...atFirst,
  sentry: /authenticated · \d+ min/,
  notion: 'waiting for your browser…',
  atlassian: 'session expired',
  figma: 'extra scopes needed',
  wiki: 'saved token',
  internal: 'header rejected · .mcp.json',
  corp: 'header from helper',
  vault: 'helper failed',
  ldap: 'helper is not allowed yet',
};

async function waitForAll(
  { view }: Journey,
  texts: Readonly<Record<string, string | RegExp>>,
): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    await view.waitFor(name, text);
  }
}

/** The item in the status bar says how many servers need somebody, and its menu what each of them needs. */
async function useTheStatusBar({ vscode }: Journey): Promise<void> {
  const { page: window } = vscode;
  await window.getByRole('button', { name: /^MCP Auth: \d+ servers need you/ }).click();
  await window.getByRole('option', { name: /Set Token: tracker/ }).waitFor();
  await window.getByRole('option', { name: /Authenticate: linear/ }).waitFor();
  await vscode.screenshot('states-menu');
  await window.keyboard.press('Escape');
}

/** A variable that is not set leads to a token that is entered by hand. */
async function setTheToken({ vscode, view }: Journey): Promise<void> {
  const { page: window } = vscode;
  await view.row('tracker').hover();
  await vscode.screenshot('states-missing-variable');
  await view.press('wiki', 'Set Token…');
  await window.getByText(/Enter the token or API key that you have from/).waitFor();
  await box(window).fill(wikiToken);
  await box(window).press('Enter');
  await view.waitFor('wiki', 'saved token');
}

/** A helper runs only once it is allowed; what it prints is used, and how it fails is said. */
async function allowTheHelpers({ vscode, view }: Journey): Promise<void> {
  const { page: window } = vscode;
  await view.choose('corp', 'Test Connection');
  await modal(window).getByText('Run the helper of "corp"?').waitFor();
  await vscode.screenshot('states-helper-question');
  await modal(window).getByRole('button', { name: 'Cancel' }).click();
  await view.waitFor('corp', 'helper is not allowed yet');
  await view.choose('corp', 'Test Connection');
  await modal(window).getByRole('button', { name: 'Run Helper' }).click();
  await view.waitFor('corp', 'header from helper');
  await seen(vscode, /"corp" accepted/);
  await view.choose('vault', 'Test Connection');
  await modal(window).getByRole('button', { name: 'Run Helper' }).click();
  await seen(vscode, /vault: permission denied/, () => vscode.screenshot('states-helper-failed'));
}

/** A session that is good, one that is over, and one that may do too little. */
async function signIn({ vscode, view }: Journey): Promise<void> {
  for (const name of ['sentry', 'atlassian', 'figma']) {
    await view.press(name, 'Authenticate');
    await view.waitFor(name, /authenticated|session expired/);
  }
  await view.press('figma', 'Test Connection');
  await (await notification(vscode, /designs:write/)).first().waitFor();
  await view.choose('internal', 'Test Connection');
  await seen(vscode, /does not accept the header "Authorization" of the definition/, () =>
    vscode.screenshot('states-header-rejected'),
  );
}

/** What holds for a moment only: a server that is being asked, and a session that is being refreshed. */
async function holdTheMoment({ folder, vscode, view }: Journey, server: MisbehavingServer): Promise<void> {
  const moment = async (name: string) => {
    await view.waitFor('calendar', 'asking…');
    await view.waitFor('sentry', 'refreshing…');
    await vscode.screenshot(name);
  };
  server.answer('POST /token', silence);
  server.answer('POST /calendar', silence);
  await view.choose('sentry', 'Refresh Token');
  await addServer(folder, 'calendar', { type: 'http', url: `${server.origin}/calendar` });
  await moment('states-momentary-dark');
  await vscode.runCommand('Preferences: Toggle between Light/Dark Themes');
  await vscode.page.locator('.monaco-workbench.vs-dark').waitFor({ state: 'detached' });
  await moment('states-momentary-light');
  await view.press('notion', 'Cancel Authentication');
}

async function addServer(folder: string, name: string, entry: object): Promise<void> {
  const path = join(folder, '.mcp.json');
  const { mcpServers } = JSON.parse(await readFile(path, 'utf8'));
  // Where it can be seen without scrolling.
  await writeFile(path, JSON.stringify({ mcpServers: { [name]: entry, ...mcpServers } }, undefined, 2));
}

async function unfold({ vscode, view }: Journey, name: string): Promise<void> {
  await view.row(name).locator('.monaco-tl-twistie').click();
  const credential = vscode.page.getByRole('treeitem', { name: /^Credential: / });
  await credential.locator('.monaco-tl-twistie').click();
  await vscode.page.getByRole('treeitem', { name: /^Saved token, applies: / }).waitFor();
}

describe('the servers of a workspace', () => {
  it('are shown in every state that there is, and lead on from it', () =>
    beside(async (journey, server) => {
      const { vscode, view } = journey;
      await waitForAll(journey, atFirst);
      await vscode.screenshot('states-at-first');
      await useTheStatusBar(journey);
      await setTheToken(journey);
      await allowTheHelpers(journey);
      await signIn(journey);
      const page = await openSignInPage(vscode, () => view.press('notion', 'Authenticate'));
      await page.close();
      await vscode.page.bringToFront();
      await clearNotifications(vscode);
      await waitForAll(journey, inTheEnd);
      await view.waitFor('docs', 'replaced by .mcp.json');
      await vscode.screenshot('states-light');
      await vscode.runCommand('MCP Auth: Show Status');
      await vscode.page.getByText(/MCP\sservers,\s\d+\sservers\sneed\syou/).waitFor();
      await unfold(journey, 'wiki');
      await vscode.screenshot('states-unfolded-light');
      await vscode.runCommand('Preferences: Toggle between Light/Dark Themes');
      await vscode.page.locator('.monaco-workbench.vs-dark').waitFor();
      await vscode.screenshot('states-unfolded-dark');
      await view.row('wiki').locator('.monaco-tl-twistie').click();
      await vscode.screenshot('states-dark');
      await holdTheMoment(journey, server);
    }));
});
