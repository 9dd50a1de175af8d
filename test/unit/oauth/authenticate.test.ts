import assert from 'node:assert/strict';
import type { BrowserScript } from '../../support/authenticationPorts.ts';
import { redirectUri } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { StaticClient } from '../../support/demo/authorizationConfiguration.ts';
import type { RequestEntry } from '../../support/demo/journal.ts';
import { consent } from '../../support/demo/scriptedBrowser.ts';

const allow: BrowserScript = (url) => consent(url.href, { decision: 'allow' });
const deny: BrowserScript = (url) => consent(url.href, { decision: 'deny' });

const prmPath = '/.well-known/oauth-protected-resource/mcp';
const asPath = '/.well-known/oauth-authorization-server';

/** Method and path of what a client sends, without the person's browser. */
function steps(entries: readonly RequestEntry[]): readonly string[] {
  return entries.map(({ method, url }) => `${method} ${url.split('?')[0]}`);
}

describe('authenticate at the demo server', () => {
  const suite = authenticationSuite();

  it('signs in with a dynamic registration', async () => {
    const demo = await suite.demo();
    const { signIn, sessions, lines } = suite.assemble({ browser: allow });
    const session = await signIn(demo.mcpUrl);
    assert.equal(session.serverUrl, demo.mcpUrl);
    assert.equal(session.resource, demo.mcpUrl);
    assert.equal(session.authorizationServer.issuer, demo.issuer);
    assert.equal(session.requestedScope, 'mcp:tools offline_access');
    assert.equal(session.client.origin, 'dynamic');
    assert.equal(session.client.tokenEndpointAuthMethod, 'none');
    assert.ok(session.tokens.refreshToken);
    assert.equal(session.tokens.expiresAt, session.createdAt + 3600_000);
    assert.equal(sessions.get(demo.mcpUrl)?.tokens.accessToken, session.tokens.accessToken);
    assert.ok(lines.some((line) => line.startsWith('info Authenticated')));
  });

  it('sends at most three requests in series before the browser, and one after', async () => {
    const demo = await suite.demo();
    let before: readonly RequestEntry[] = [];
    let redirectedAt = 0;
    const { signIn } = suite.assemble({
      browser: async (url) => {
        before = [...demo.journal.requests];
        const redirected = await allow(url, new AbortController().signal);
        redirectedAt = demo.journal.requests.length;
        return redirected;
      },
    });
    await signIn(demo.mcpUrl);
    const [one, other, ...rest] = steps(before);
    assert.deepEqual([one, other].sort(), [`GET ${prmPath}`, 'POST /mcp']);
    assert.deepEqual(rest, [`GET ${asPath}`, 'POST /reg']);
    assert.deepEqual(steps(demo.journal.requests.slice(redirectedAt)), ['POST /token']);
  });

  it('reuses the registration for the same redirect URI', async () => {
    const demo = await suite.demo();
    const { signIn } = suite.assemble({ browser: allow });
    const first = await signIn(demo.mcpUrl);
    const again = await signIn(demo.mcpUrl);
    assert.equal(again.client.clientId, first.client.clientId);
    assert.notEqual(again.tokens.accessToken, first.tokens.accessToken);
    assert.equal(
      demo.journal.count(({ url }) => url === '/reg'),
      1,
    );
  });

  it('registers anew for another redirect URI, and keeps both registrations', async () => {
    const demo = await suite.demo();
    const here = suite.assemble({ browser: allow });
    const { secrets } = here;
    const there = suite.assemble({ browser: allow, secrets, redirectUri: `${redirectUri}?windowId=2` });
    const first = await here.signIn(demo.mcpUrl);
    const other = await there.signIn(demo.mcpUrl);
    assert.notEqual(other.client.clientId, first.client.clientId);
    assert.equal((await here.signIn(demo.mcpUrl)).client.clientId, first.client.clientId);
    assert.equal((await there.signIn(demo.mcpUrl)).client.clientId, other.client.clientId);
    assert.equal(
      demo.journal.count(({ url }) => url === '/reg'),
      2,
    );
  });

  it('says that access was denied, and stores nothing', async () => {
    const demo = await suite.demo();
    const { signIn, secrets, sessions, authenticator } = suite.assemble({ browser: deny });
    await assert.rejects(signIn(demo.mcpUrl), { code: 'access_denied' });
    assert.equal(secrets.values.size, 0);
    assert.equal(sessions.get(demo.mcpUrl), undefined);
    assert.equal(authenticator.failure(demo.mcpUrl)?.code, 'access_denied');
    assert.equal(
      demo.journal.count(({ url }) => url === '/token'),
      0,
    );
  });

  it('keeps the session of before when access is denied', async () => {
    const demo = await suite.demo();
    let script = allow;
    const { signIn, sessions } = suite.assemble({ browser: (url, signal) => script(url, signal) });
    const session = await signIn(demo.mcpUrl);
    script = deny;
    await assert.rejects(signIn(demo.mcpUrl), { code: 'access_denied' });
    assert.equal(sessions.get(demo.mcpUrl)?.tokens.accessToken, session.tokens.accessToken);
  });

  for (const authMethod of ['client_secret_basic', 'client_secret_post'] as const) {
    it(`signs in and refreshes with a pre-registered client and ${authMethod}`, async () => {
      const clientSecret = 'a secret/with+signs';
      const client: StaticClient = {
        clientId: 'desk',
        clientSecret,
        authMethod,
        redirectUris: [redirectUri],
      };
      const demo = await suite.demo({ staticClients: [client] });
      // The demo offers every method, so the secret is not asked for until it is said to be needed.
      const { signIn, refresher, ports } = suite.assemble({
        browser: allow,
        prompt: { askClientSecret: async () => clientSecret },
      });
      const session = await signIn(demo.mcpUrl, { clientId: 'desk', askForSecret: true });
      assert.equal(session.client.origin, 'preRegistered');
      const { preRegistered } = await ports.registrations.open(session.authorizationServer.issuer);
      assert.deepEqual(preRegistered, [{ clientId: 'desk', clientSecret }]);
      await refresher.refresh(demo.mcpUrl);
      assert.equal(
        demo.journal.count(({ url }) => url === '/reg'),
        0,
      );
      assert.equal(demo.journal.refreshes.at(-1)?.status, 200);
    });
  }

  it('says that the client was rejected when its secret is wrong, and takes another next time', async () => {
    const staticClients = [{ clientId: 'desk', clientSecret: 'right-secret', redirectUris: [redirectUri] }];
    const demo = await suite.demo({ staticClients });
    const answers = ['wrong-secret', 'right-secret'];
    const { signIn } = suite.assemble({
      browser: allow,
      prompt: { askClientSecret: async () => answers.shift() },
    });
    const options = { clientId: 'desk', askForSecret: true };
    await assert.rejects(signIn(demo.mcpUrl, options), { code: 'client_rejected', remedy: 'enterClient' });
    assert.equal((await signIn(demo.mcpUrl, options)).client.clientSecret, 'right-secret');
  });

  it('asks for the configured scopes only', async () => {
    const demo = await suite.demo();
    const { signIn } = suite.assemble({ browser: allow });
    const session = await signIn(demo.mcpUrl, { scopes: 'mcp:tools' });
    assert.equal(session.requestedScope, 'mcp:tools');
  });
});
