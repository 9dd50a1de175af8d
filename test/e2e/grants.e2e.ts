import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { grantServer } from '../support/grantServer.ts';
import { identityProvider, idpClientId } from '../support/identityProvider.ts';
import { type MisbehavingServer, startMisbehavingServer } from '../support/misbehavingServer.ts';
import { ecKey, jwtOf, verifiedJwt } from '../support/privateKeys.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { startJourney } from './harness/journey.ts';
import { filesWithSecrets } from './harness/leaks.ts';
import { seen } from './harness/notifications.ts';
import { modal, type ServersView } from './harness/serversView.ts';
import type { VsCode } from './harness/window.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const secret = 'the-secret-of-the-machine';
const key = ecKey();

describe('authenticating without a sign-in page of the server', () => {
  let vscode: VsCode;
  let view: ServersView;
  let end: () => Promise<void>;
  let tokens: TemporaryFolder;
  let bySecret: MisbehavingServer;
  let byKey: MisbehavingServer;
  let byWorkload: MisbehavingServer;
  let byIdentity: MisbehavingServer;
  let alsoByIdentity: MisbehavingServer;
  let idp: MisbehavingServer;
  const workloadToken = jwtOf({ sub: 'spiffe://example/build-agent' });

  before(async () => {
    bySecret = await startMisbehavingServer(grantServer({ methods: ['client_secret_basic'] }));
    byKey = await startMisbehavingServer(grantServer({ methods: ['private_key_jwt'] }));
    byWorkload = await startMisbehavingServer(grantServer({ grants: [jwtBearer] }));
    byIdentity = await startMisbehavingServer(grantServer({ grants: [jwtBearer] }));
    alsoByIdentity = await startMisbehavingServer(grantServer({ grants: [jwtBearer] }));
    idp = await startMisbehavingServer(identityProvider());
    const machine = { grantType: 'client_credentials', clientId: 'machine' };
    const server = ({ mcpUrl: url }: MisbehavingServer, oauth: object) => ({ type: 'http', url, oauth });
    const mcpServers = {
      deploy: server(bySecret, machine),
      audit: server(byKey, { ...machine, tokenEndpointAuthMethod: 'private_key_jwt' }),
      builds: server(byWorkload, { grantType: jwtBearer }),
      payroll: server(byIdentity, { xaa: true, clientId: 'editor' }),
      holidays: server(alsoByIdentity, { xaa: true, clientId: 'editor' }),
      wrong: { type: 'http', url: bySecret.mcpUrl, oauth: { grantType: 'client_credentials' } },
    };
    tokens = await createTemporaryFolder('mcp-auth-tokens-');
    const tokenFile = join(tokens.path, 'token');
    await writeFile(tokenFile, `${workloadToken}\n`);
    ({ vscode, view, end } = await startJourney({
      mcpJson: () => JSON.stringify({ mcpServers }, undefined, 2),
      settings: {
        'mcpAuth.identityProvider.issuer': idp.origin,
        'mcpAuth.identityProvider.clientId': idpClientId,
      },
      machineSettings: { 'mcpAuth.workloadIdentities': [{ issuer: byWorkload.origin, tokenFile }] },
    }));
  });

  after(async () => {
    await end?.();
    await tokens?.remove();
    const servers = [bySecret, byKey, byWorkload, byIdentity, alsoByIdentity, idp];
    await Promise.all(servers.map((server) => server?.close()));
  });

  /** Allows a server what the dialog asks about. */
  async function allow(question: RegExp, picture: string): Promise<void> {
    const dialog = modal(vscode.page);
    await dialog.getByText(question).waitFor();
    await vscode.screenshot(picture);
    await dialog.getByRole('button', { name: 'Allow' }).click();
  }

  const input = () => vscode.page.locator('.quick-input-widget .quick-input-box input');
  const expand = (name: string) => view.row(name).locator('.monaco-tl-twistie').click();

  it('says what is missing in the definition', async () => {
    await view.waitFor('wrong', '"oauth" with "grantType" "client_credentials" needs "clientId"');
  });

  it('offers no device code where there is none to enter, and a browser only where it is of use', async () => {
    const menu = async (name: string) => {
      await view.row(name).click({ button: 'right' });
      await vscode.page.getByRole('menuitem', { name: 'Open Definition' }).waitFor();
      const labels = await vscode.page.getByRole('menuitem', { name: /^Authenticate/ }).allInnerTexts();
      await vscode.page.keyboard.press('Escape');
      // Else what VS Code explains of this row covers the next one.
      await vscode.page.mouse.move(0, 0);
      return labels;
    };
    const always = ['Authenticate', 'Authenticate with Selected Scopes…'];
    assert.deepEqual(await menu('deploy'), always);
    assert.deepEqual(await menu('builds'), always);
    assert.deepEqual(await menu('payroll'), [
      'Authenticate',
      'Authenticate through localhost',
      'Authenticate (No Browser)',
      'Authenticate with Selected Scopes…',
    ]);
  });

  it('asks once for the secret of a client, and needs no browser', async () => {
    await view.press('deploy', 'Authenticate');
    await allow(
      /^Let .* have access tokens from .* in the name of client "machine"\?$/,
      'grants-allow-client',
    );
    await vscode.page.getByText(/^The secret of client "machine"/).waitFor();
    assert.equal(await input().getAttribute('type'), 'password');
    await input().fill(secret);
    await vscode.page.keyboard.press('Enter');
    await view.waitFor('deploy', /authenticated · \d+ min/);
    await expand('deploy');
    await vscode.page
      .getByRole('treeitem', { name: /Grant/ })
      .filter({ hasText: 'client credentials' })
      .waitFor();
    await vscode.screenshot('grants-client-credentials');
    await seen(vscode, 'Authenticated at "deploy".');
    await expand('deploy');
    const request = bySecret.requests.find(({ route }) => route === 'POST /token');
    assert.equal(request?.headers.authorization, `Basic ${btoa(`machine:${secret}`)}`);
  });

  it('says at once what is wrong with a private key, and signs with the right one', async () => {
    await view.press('audit', 'Authenticate');
    await allow(/in the name of client "machine"\?$/, 'grants-allow-key');
    await vscode.page.getByText('Paste the key…').waitFor();
    await vscode.screenshot('grants-key-ways');
    await vscode.page.getByText('Paste the key…').click();
    await vscode.page.getByText(/It signs, and is never sent to/).waitFor();
    await input().fill('not a key');
    await vscode.page.getByText('This is not a private key in PEM (PKCS#8) or JWK form.').waitFor();
    await vscode.screenshot('grants-wrong-key');
    await input().fill(key.pem.replaceAll('\n', ''));
    await vscode.page.keyboard.press('Enter');
    await view.waitFor('audit', /authenticated · \d+ min/);
    await seen(vscode, 'Authenticated at "audit".');
    const request = byKey.requests.find(({ route }) => route === 'POST /token');
    const [, { iss }] = verifiedJwt(request?.form.get('client_assertion') ?? '', key);
    assert.equal(iss, 'machine');
  });

  it('presents the token of the platform that the user has named for the authorization server', async () => {
    await view.press('builds', 'Authenticate');
    await allow(/in the name of this machine's workload identity\?$/, 'grants-allow-workload');
    await view.waitFor('builds', /authenticated · \d+ min/);
    await expand('builds');
    await vscode.page
      .getByRole('treeitem', { name: /Client/ })
      .filter({ hasText: 'spiffe://example/build-agent' })
      .waitFor();
    await vscode.screenshot('grants-workload');
    await seen(vscode, 'Authenticated at "builds".');
    await expand('builds');
    const request = byWorkload.requests.find(({ route }) => route === 'POST /token');
    assert.equal(request?.form.get('assertion'), workloadToken);
  });

  it('signs in at the identity provider for the first server, and opens nothing for the second', async () => {
    const opened = vscode.context.waitForEvent('page');
    await view.press('payroll', 'Authenticate');
    await allow(/in your name, by way of your identity provider/, 'grants-allow-identity');
    const page = await opened;
    await view.waitFor('payroll', /authenticated · \d+ min/);
    // VS Code behind another tab renders next to nothing.
    await page.close();
    await seen(vscode, 'Authenticated at "payroll".');
    const pages = vscode.context.pages().length;
    await view.press('holidays', 'Authenticate');
    await allow(/in your name, by way of your identity provider/, 'grants-allow-identity-again');
    await view.waitFor('holidays', /authenticated · \d+ min/);
    await vscode.screenshot('grants-identity');
    await seen(vscode, 'Authenticated at "holidays".');
    assert.equal(vscode.context.pages().length, pages);
    assert.equal(idp.asked.filter((route) => route === 'GET /authorize').length, 1);
  });

  it('asks nothing again after a reload', async () => {
    await vscode.reload();
    await view.open();
    await view.waitFor('deploy', /authenticated · \d+ min/);
    await view.waitFor('holidays', /authenticated · \d+ min/);
    await view.choose('holidays', 'Authenticate');
    await seen(vscode, 'Authenticated at "holidays".');
    assert.equal(idp.asked.filter((route) => route === 'GET /authorize').length, 1);
  });

  it('forgets the identity on Sign Out of Identity Provider', async () => {
    await vscode.runCommand('MCP Auth: Sign Out of Identity Provider');
    await modal(vscode.page)
      .getByText(/^Sign out of "http/)
      .waitFor();
    await vscode.screenshot('grants-sign-out-question');
    await modal(vscode.page).getByRole('button', { name: 'Sign Out' }).click();
    await seen(vscode, /^Signed out of "http/);
  });

  it('left no secret in any file', async () => {
    const servers = [bySecret, byKey, byWorkload, byIdentity, alsoByIdentity, idp];
    const secrets = new Set([secret, key.pem, ...servers.flatMap((server) => [...server.secrets])]);
    assert.ok(secrets.size > 15, `only ${secrets.size} secrets were used`);
    assert.deepEqual(await filesWithSecrets(vscode.home, secrets), []);
  });
});
