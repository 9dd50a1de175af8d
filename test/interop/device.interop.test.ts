import assert from 'node:assert/strict';
import { authenticationSuite, until } from '../support/authenticationSuite.ts';
import { CookieJar } from '../support/demo/cookieJar.ts';
import { Traveller } from './traveller.ts';

describe('oidc-provider, by a device code', () => {
  const suite = authenticationSuite();

  it('signs in once the code is entered, refreshes, and revokes', async () => {
    const demo = await suite.demo({ deviceFlow: true });
    const assembly = suite.assemble();
    const { authenticator, clock, lines, sent } = assembly;
    const running = authenticator.start({
      serverUrl: new URL(demo.mcpUrl),
      transport: 'http',
      grant: 'deviceCode',
    });
    await until(() => running.waiting?.kind === 'device', 'no code is shown');
    const { waiting } = running;
    assert.ok(waiting?.kind === 'device');
    const polls = () => sent.filter((url) => new URL(url).pathname === '/token').length;
    const answers = () => lines.filter((line) => line.includes('/token status=')).length;

    clock.advance(5000);
    await until(() => answers() === 1, 'nothing is asked');
    await enterCode(waiting.verificationUriComplete ?? waiting.verificationUri);
    // The first answer was "pending": it is asked again by the same interval.
    clock.advance(5000);
    const session = await running.result;
    assert.equal(session.client.origin, 'dynamic');
    assert.equal(polls(), 2);

    const traveller = new Traveller(assembly, demo.mcpUrl);
    const { serverName } = await traveller.connect();
    assert.equal(serverName, 'mcp-auth-demo');
    await traveller.refreshThreeTimes();
    const last = traveller.session;
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(last);
  });
});

/** Does what a person with a phone does: opens the page, confirms the code, and allows. */
async function enterCode(start: URL): Promise<void> {
  const cookies = new CookieJar();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let requests = 0; requests < 20; requests++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookies.header(url) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    cookies.store(url, response);
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    const page = await response.text();
    if (page.includes('You are signed in')) {
      return;
    }
    const [, action] = /<form [^>]*action="([^"]*)"/.exec(page) ?? [];
    assert.ok(action, `no form at ${url.pathname}`);
    url = new URL(action, url);
    const fields = [...page.matchAll(/<input [^>]*name="([^"]*)"[^>]* value="([^"]*)"/g)];
    form = new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]));
    form.set(form.has('user') ? 'decision' : 'unused', 'allow');
  }
  assert.fail('the code was not taken');
}
