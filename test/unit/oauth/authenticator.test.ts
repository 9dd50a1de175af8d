import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { AuthenticationStep } from '../../../src/core/oauth/authentication.ts';
import { Authenticator } from '../../../src/core/session/authenticator.ts';
import { RegistrationStore } from '../../../src/core/session/registrationStore.ts';
import { type Assembly, type AssemblyOptions, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json } from '../../support/reply.ts';

describe('Authenticator', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  async function prepare(options: AssemblyOptions = {}): Promise<void> {
    server = await suite.server();
    assembly = suite.assemble(options);
  }

  function start(path = '/mcp') {
    const serverUrl = new URL(path, server.origin);
    return assembly.authenticator.start({ serverUrl, transport: 'http' });
  }

  it('goes through its steps in order, tells of each, and stores the session', async () => {
    await prepare();
    const running = start();
    const steps: AuthenticationStep[] = [running.step];
    let changes = 0;
    running.onDidChangeStep((step) => steps.push(step));
    assembly.authenticator.onDidChange(() => changes++);
    const session = await running.result;
    assert.deepEqual(
      steps.filter((step) => step !== 'waitingForBrowser'),
      ['discovering', 'registering', 'openingBrowser', 'exchangingCode'],
    );
    assert.ok(changes >= steps.length);
    assert.equal(assembly.authenticator.running(server.mcpUrl), undefined);
    assert.equal(assembly.sessions.get(server.mcpUrl)?.tokens.accessToken, session.tokens.accessToken);
  });

  it('keeps of the metadata only what a session needs later', async () => {
    await prepare();
    server.answer(
      'GET /.well-known/oauth-authorization-server',
      json({ ...server.metadata, claims_supported: ['sub'], service_documentation: 'https://docs.test' }),
    );
    const { authorizationServer } = await start().result;
    assert.deepEqual(authorizationServer, {
      issuer: server.origin,
      authorization_endpoint: `${server.origin}/authorize`,
      token_endpoint: `${server.origin}/token`,
      registration_endpoint: `${server.origin}/register`,
      revocation_endpoint: `${server.origin}/revoke`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    });
  });

  it('joins the authentication that runs for the same server, however its URL is written', async () => {
    await prepare();
    const first = start('/mcp');
    assert.equal(start('/mcp/'), first);
    assert.equal(assembly.authenticator.running(server.mcpUrl), first);
    await first.result;
    assert.equal(assembly.opened.length, 1);
    assert.notEqual(start('/mcp'), first);
    assembly.authenticator.dispose();
  });

  it('runs authentications of two servers side by side', async () => {
    await prepare();
    const other = await suite.server();
    const sessions = await Promise.all([assembly.signIn(server.mcpUrl), assembly.signIn(other.mcpUrl)]);
    assert.deepEqual(
      sessions.map(({ serverUrl }) => serverUrl),
      [server.mcpUrl, other.mcpUrl],
    );
  });

  it('signs in also when the response comes before the browser is reported open', async () => {
    const open = Promise.withResolvers<boolean>();
    await prepare({
      browser: async (url) => {
        assembly.ports.pending.deliver((await followRedirect(url)).searchParams);
        return await open.promise;
      },
    });
    const running = start();
    const steps: AuthenticationStep[] = [];
    running.onDidChangeStep((step) => steps.push(step));
    await running.result;
    open.resolve(true);
    // By the next turn of the event loop everybody has heard of it.
    await setImmediate();
    assert.deepEqual(steps, ['registering', 'openingBrowser', 'exchangingCode']);
  });

  it('shows the same page again, and nothing before it was shown', async () => {
    await prepare({ browser: async () => true });
    const running = start();
    await running.reopenBrowser();
    assert.equal(assembly.opened.length, 0);
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    await running.reopenBrowser();
    const [first, again, ...more] = assembly.opened;
    assert.ok(first && more.length === 0);
    assert.equal(again?.href, first.href);
    assembly.ports.pending.deliver((await followRedirect(first)).searchParams);
    await running.result;
    await running.reopenBrowser();
    assert.equal(assembly.opened.length, 2);
  });

  it('keeps waiting when the person does not want to see the page again', async () => {
    let answer = true;
    await prepare({ browser: async () => answer });
    const running = start();
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    answer = false;
    await running.reopenBrowser();
    assert.equal(running.step, 'waitingForBrowser');
    const [page] = assembly.opened;
    assembly.ports.pending.deliver((await followRedirect(page ?? assert.fail())).searchParams);
    await running.result;
  });

  it('remembers how the last authentication failed until the next one starts', async () => {
    await prepare();
    server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    await assert.rejects(start().result);
    assert.equal(assembly.authenticator.failure(server.mcpUrl)?.code, 'authorization_refused');
    assert.equal(assembly.authenticator.failure(`${server.origin}/other`), undefined);
    const running = start();
    assert.equal(assembly.authenticator.failure(server.mcpUrl), undefined);
    running.cancel();
    await assert.rejects(running.result);
    assert.equal(assembly.authenticator.failure(server.mcpUrl), undefined);
  });

  it('keeps the session in memory when the storage refuses it, and saves it with the next use', async () => {
    await prepare();
    assembly.secrets.refuse('store');
    await assert.rejects(start().result, { code: 'storage', remedy: 'retry' });
    assert.equal(assembly.authenticator.failure(server.mcpUrl)?.code, 'storage');
    const session = await assembly.refresher.fresh(server.mcpUrl);
    assert.ok(session.tokens.accessToken.startsWith('access-'));
    assert.equal(assembly.secrets.values.size, 0);
    assembly.secrets.refuse();
    await assembly.refresher.fresh(server.mcpUrl);
    assert.ok(
      [...assembly.secrets.values.values()].some((record) => record.includes(session.tokens.accessToken)),
    );
  });

  it('succeeds when only the registration cannot be saved', async () => {
    await prepare();
    const locked = new FakeSecretStorage();
    locked.refuse('store');
    const { ports, sessions, lines } = assembly;
    const registrations = new RegistrationStore(locked, ports.log);
    const authenticator = new Authenticator({ ...ports, registrations }, sessions);
    await authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' }).result;
    assert.equal(authenticator.failure(server.mcpUrl), undefined);
    assert.ok(sessions.get(server.mcpUrl));
    assert.ok(lines.some((line) => line.startsWith('warn The client registration could not be saved')));
  });

  for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint']) {
    it(`sends nothing anywhere when the ${endpoint} is on plain http`, async () => {
      await prepare();
      const metadata = { ...server.metadata, [endpoint]: 'http://plain.example/x' };
      server.answer('GET /.well-known/oauth-authorization-server', json(metadata));
      await assert.rejects(start().result, { code: 'insecure_url' });
      assert.deepEqual(assembly.opened, []);
      assert.ok(assembly.sent.every((url) => url.startsWith(server.origin)));
      assert.ok(!server.asked.includes('POST /register'));
    });
  }
});
