import assert from 'node:assert/strict';
import type { RunningAuthentication } from '../../../src/core/session/runningAuthentication.ts';
import { type Assembly, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, missing } from '../../support/reply.ts';

describe('authorization response', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;
  let running: RunningAuthentication;

  /** Starts to sign in, and leaves the response to the test. */
  async function openBrowser(metadata: Readonly<Record<string, unknown>> = {}): Promise<void> {
    server = await suite.server((honest) => ({
      'GET /.well-known/oauth-authorization-server': json({ ...honest.metadata, ...metadata }),
    }));
    assembly = suite.assemble({ browser: async () => true });
    await startWaiting();
  }

  async function startWaiting(): Promise<void> {
    running = assembly.authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' });
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
  }

  function signInPage(): URL {
    return assembly.opened.at(-1) ?? assert.fail('no page was opened');
  }

  function state(): string {
    return signInPage().searchParams.get('state') ?? '';
  }

  async function deliver(parameters: Record<string, string> | string[][]): Promise<boolean> {
    return await assembly.responses.deliver(new URLSearchParams(parameters));
  }

  /** The response that the authorization server gives. */
  async function genuine(): Promise<URLSearchParams> {
    return (await followRedirect(signInPage())).searchParams;
  }

  function tokenRequests(): number {
    return server.asked.filter((route) => route === 'POST /token').length;
  }

  const ignored: readonly [string, (state: string) => string[][]][] = [
    ['without state', () => [['code', 'stolen-code']]],
    [
      'with an empty state',
      () => [
        ['code', 'stolen-code'],
        ['state', ''],
      ],
    ],
    [
      'with another state',
      () => [
        ['code', 'stolen-code'],
        ['state', 'guessed-state'],
      ],
    ],
    [
      'with the right state twice',
      (right) => [
        ['code', 'stolen-code'],
        ['state', right],
        ['state', right],
      ],
    ],
    [
      'with a wrong state before the right one',
      (right) => [
        ['code', 'stolen-code'],
        ['state', 'guessed-state'],
        ['state', right],
      ],
    ],
    ['with an error and no state', () => [['error', 'access_denied']]],
    ['that is empty', () => []],
  ];
  for (const [what, parameters] of ignored) {
    it(`is ignored ${what}, and the right one still signs in`, async () => {
      await openBrowser();
      assert.equal(await deliver(parameters(state())), false);
      assert.equal(running.step, 'waitingForBrowser');
      assert.equal(tokenRequests(), 0);
      assert.equal(await assembly.responses.deliver(await genuine()), true);
      assert.equal((await running.result).serverUrl, server.mcpUrl);
      assert.ok(assembly.lines.some((line) => line.startsWith('warn Ignored an authorization response')));
    });
  }

  it('is accepted once only', async () => {
    await openBrowser();
    const response = await genuine();
    assert.equal(await assembly.responses.deliver(response), true);
    assert.equal(await assembly.responses.deliver(response), false);
    await running.result;
    assert.equal(await assembly.responses.deliver(response), false);
    assert.equal(tokenRequests(), 1);
  });

  it('of an earlier sign-in is ignored by the next', async () => {
    await openBrowser();
    const stale = await genuine();
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    await startWaiting();
    assert.equal(await assembly.responses.deliver(stale), false);
    assert.equal(await assembly.responses.deliver(await genuine()), true);
    await running.result;
  });

  const foreign: readonly [string, Record<string, string>][] = [
    ['of another issuer', { iss: 'https://evil.example' }],
    ['whose issuer has a slash too many', { iss: 'slash' }],
    ['whose issuer is absent although it is advertised', {}],
  ];
  for (const [what, { iss }] of foreign) {
    for (const content of [
      { code: 'a-foreign-code' },
      { error: 'access_denied', error_description: 'Call Mallory' },
    ]) {
      it(`${what} is refused unread, with ${Object.keys(content).join(' and ')}`, async () => {
        await openBrowser();
        const issuer = iss === 'slash' ? `${server.origin}/` : iss;
        await deliver({ ...content, state: state(), ...(issuer === undefined ? {} : { iss: issuer }) });
        await assert.rejects(running.result, { code: 'issuer_mismatch', message: /^(?!.*Mallory)/ });
        assert.equal(tokenRequests(), 0);
        assert.equal(assembly.secrets.values.size, 0);
      });
    }
  }

  for (const content of [
    { code: 'a-foreign-code' },
    { error: 'server_error', error_description: 'Call Mallory', error_uri: 'https://evil.example/Mallory' },
  ]) {
    it(`of another issuer is refused unread also where none is advertised, with ${Object.keys(content)[0]}`, async () => {
      await openBrowser({ authorization_response_iss_parameter_supported: undefined });
      await deliver({ ...content, state: state(), iss: 'https://evil.example' });
      await assert.rejects(running.result, { code: 'issuer_mismatch', message: /^(?!.*Mallory)/ });
      assert.equal(tokenRequests(), 0);
    });
  }

  it('of the right issuer and another one is refused unread', async () => {
    await openBrowser();
    await deliver([
      ['code', 'a-foreign-code'],
      ['state', state()],
      ['iss', server.origin],
      ['iss', 'https://evil.example'],
    ]);
    await assert.rejects(running.result, { code: 'issuer_mismatch' });
    assert.equal(tokenRequests(), 0);
  });

  const malformed: readonly [string, readonly (readonly [string, string])[]][] = [
    [
      'with two codes',
      [
        ['code', 'one-code'],
        ['code', 'another-code'],
      ],
    ],
    [
      'with two errors',
      [
        ['error', 'access_denied'],
        ['error', 'server_error'],
      ],
    ],
    ['with an empty code', [['code', '']]],
    ['with a signed response (JARM)', [['response', 'eyJhbGciOiJub25lIn0.e30.']]],
    [
      'with an ID token beside the code',
      [
        ['code', 'one-code'],
        ['id_token', 'eyJhbGciOiJub25lIn0.e30.'],
      ],
    ],
  ];
  for (const [what, parameters] of malformed) {
    it(`${what} is an answer that OAuth does not allow, not one of another issuer`, async () => {
      await openBrowser();
      const genuineIssuer = ['iss', server.origin] as const;
      await deliver([['state', state()], genuineIssuer, ...parameters].map((pair) => [...pair]));
      await assert.rejects(running.result, { code: 'invalid_response', message: /OAuth does not allow/ });
      assert.equal(tokenRequests(), 0);
    });
  }

  it('with its issuer twice is an answer that OAuth does not allow', async () => {
    await openBrowser();
    await deliver([
      ['code', 'one-code'],
      ['state', state()],
      ['iss', server.origin],
      ['iss', server.origin],
    ]);
    await assert.rejects(running.result, { code: 'invalid_response' });
    assert.equal(tokenRequests(), 0);
  });

  it('without issuer signs in where none is advertised', async () => {
    await openBrowser({ authorization_response_iss_parameter_supported: undefined });
    const response = await genuine();
    response.delete('iss');
    await assembly.responses.deliver(response);
    await running.result;
  });

  it('signs in with the issuer exactly as the metadata writes it', async () => {
    server = await suite.server((honest) => ({
      'GET /.well-known/oauth-authorization-server': json({
        ...honest.metadata,
        issuer: `${honest.origin}/`,
      }),
    }));
    assembly = suite.assemble({ browser: async () => true });
    await startWaiting();
    const response = await genuine();
    response.set('iss', `${server.origin}/`);
    await assembly.responses.deliver(response);
    assert.equal((await running.result).authorizationServer.issuer, `${server.origin}/`);
  });

  it('signs in at a 2025-03-26 server without any metadata', async () => {
    server = await suite.server(() => ({
      'GET /.well-known/oauth-protected-resource/mcp': missing,
      'GET /.well-known/oauth-authorization-server': missing,
    }));
    server.answer('POST /mcp', { kind: 'complete', status: 401, headers: {}, body: '' });
    assembly = suite.assemble({ browser: async () => true });
    await startWaiting();
    await assembly.responses.deliver(await genuine());
    assert.equal((await running.result).resource, server.mcpUrl);
  });

  it('with access_denied says that access was denied', async () => {
    await openBrowser();
    await deliver({ error: 'access_denied', state: state(), iss: server.origin });
    await assert.rejects(running.result, { code: 'access_denied' });
    assert.equal(tokenRequests(), 0);
  });

  it('with another error quotes it, cut short', async () => {
    await openBrowser();
    const description = `"No"\n${'x'.repeat(400)}`;
    await deliver({
      error: 'invalid_scope',
      error_description: description,
      state: state(),
      iss: server.origin,
    });
    await assert.rejects(running.result, {
      code: 'authorization_refused',
      message: `${new URL(server.origin).host} refused the sign-in: "invalid_scope": ${JSON.stringify(`${description.slice(0, 200)}…`)}.`,
    });
  });

  it('without a code is an invalid response', async () => {
    await openBrowser();
    await deliver({ state: state(), iss: server.origin });
    await assert.rejects(running.result, { code: 'invalid_response' });
    assert.equal(tokenRequests(), 0);
  });
});
