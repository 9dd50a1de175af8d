import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { OAuthConfiguration } from '../../../src/core/config/serverDefinition.ts';
import type { WaitingForDevice } from '../../../src/core/oauth/waiting.ts';
import type { RunningAuthentication } from '../../../src/core/session/runningAuthentication.ts';
import type { Assembly, AssemblyOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import {
  type Answer,
  freshTokens,
  type Honest,
  type MisbehavingServer,
  type ReceivedRequest,
  type Routes,
} from '../../support/misbehavingServer.ts';
import { ecKey, verifiedJwt } from '../../support/privateKeys.ts';
import { json, page, type Reply, redirect, reset, silence, text } from '../../support/reply.ts';

const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

const refusal = (error: string, status = 400): Reply => json({ error }, { status });
const pending = refusal('authorization_pending');
const busy = (retryAfter: string, error = 'temporarily_unavailable'): Reply =>
  json({ error }, { status: 429, headers: { 'retry-after': retryAfter } });
const granted = (): Reply => json(freshTokens());

describe('the device authorization grant', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;
  /** What was waited for between two questions, in milliseconds, in order. */
  let intervals: number[];

  const authorization = (origin: string, changes: object = {}) => ({
    device_code: 'device-code-1234',
    user_code: 'ABCD-EFGH',
    verification_uri: `${origin}/verify`,
    verification_uri_complete: `${origin}/verify?user_code=ABCD-EFGH`,
    expires_in: 600,
    interval: 7,
    ...changes,
  });

  /** A server that answers the questions in turn, the last answer forever. */
  async function prepare(
    answers: readonly (Reply | (() => Reply))[],
    changes: object = {},
    overrides: (honest: Honest) => Routes = () => ({}),
    options: AssemblyOptions = {},
  ): Promise<void> {
    let polls = 0;
    server = await suite.server((honest) => ({
      [metadataRoute]: json({
        ...honest.metadata,
        device_authorization_endpoint: `${honest.origin}/device`,
      }),
      'POST /device': json(authorization(honest.origin, changes)),
      'POST /token': ({ form }) => {
        if (form.get('grant_type') === 'refresh_token') {
          return granted();
        }
        const answer = answers[Math.min(polls++, answers.length - 1)] ?? pending;
        return typeof answer === 'function' ? answer() : answer;
      },
      ...overrides(honest),
    }));
    assembly = suite.assemble(options);
    intervals = [];
    const { clock } = assembly;
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (delay, callback) => {
      // Requests have 30 s, and the code its lifetime.
      if (delay !== 30_000 && delay < 10 * 60_000) {
        intervals.push(delay);
      }
      return setTimer(delay, callback);
    };
  }

  function start(oauth: OAuthConfiguration = {}): RunningAuthentication {
    return assembly.authenticator.start({
      serverUrl: new URL(server.mcpUrl),
      transport: 'http',
      grant: 'deviceCode',
      oauth,
    });
  }

  /** Lets time pass, interval by interval, until the sign-in has ended. */
  async function finish(running: RunningAuthentication) {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
    };
    running.result.then(end, end);
    for (let passed = 0; !hasEnded; await setImmediate()) {
      const interval = intervals[passed];
      if (interval !== undefined) {
        passed++;
        assembly.clock.advance(interval);
      }
    }
    return await running.result;
  }

  async function waitingOf(running: RunningAuthentication): Promise<WaitingForDevice> {
    await until(() => running.waiting !== undefined, 'the person is not waited for');
    assert.equal(running.waiting?.kind, 'device');
    return running.waiting;
  }

  const asked = (route: string): readonly ReceivedRequest[] =>
    server.requests.filter((request) => request.route === route);

  it('shows a code, asks whether it was entered, and ends with a session that can be refreshed', async () => {
    await prepare([pending, pending, granted]);
    const running = start();
    const { userCode, verificationUri, verificationUriComplete, expiresAt } = await waitingOf(running);
    assert.equal(running.step, 'waitingForDevice');
    assert.deepEqual(
      [userCode, verificationUri.href, verificationUriComplete?.href],
      ['ABCD-EFGH', `${server.origin}/verify`, `${server.origin}/verify?user_code=ABCD-EFGH`],
    );
    assert.equal(expiresAt, assembly.clock.now() + 600_000);
    const session = await finish(running);
    assert.deepEqual(intervals, [7000, 7000, 7000]);
    assert.equal(session.serverUrl, server.mcpUrl);
    assert.equal(session.tokens.expiresAt, assembly.clock.now() + 3600_000);
    assert.equal(session.requestedScope, 'files:read');
    assert.deepEqual(assembly.opened, []);
    const refreshed = await assembly.refresher.refresh(server.mcpUrl);
    assert.notEqual(refreshed.tokens.accessToken, session.tokens.accessToken);
  });

  it('names the resource and the scope, and proves itself with the device code', async () => {
    await prepare([pending, granted]);
    await finish(start());
    const [request] = asked('POST /device');
    assert.deepEqual(Object.fromEntries(request?.form ?? []), {
      client_id: request?.form.get('client_id'),
      resource: server.mcpUrl,
      scope: 'files:read',
    });
    for (const { form } of asked('POST /token')) {
      assert.deepEqual(Object.fromEntries(form), {
        grant_type: grantType,
        client_id: request?.form.get('client_id'),
        device_code: 'device-code-1234',
        resource: server.mcpUrl,
      });
    }
  });

  it('registers a client that may use device codes and refresh, and redirects nowhere', async () => {
    await prepare([granted]);
    await finish(start());
    const [request, ...more] = asked('POST /register');
    assert.deepEqual(more, []);
    const { redirect_uris, grant_types, response_types } = JSON.parse(request?.body ?? '');
    assert.deepEqual([redirect_uris, grant_types, response_types], [[], [grantType, 'refresh_token'], []]);
  });

  it('registers with a redirect URI where the server knows no client without', async () => {
    await prepare([granted], {}, () => ({
      'POST /register': ({ body }) => {
        const metadata = JSON.parse(body);
        return metadata.redirect_uris.length > 0
          ? json({ ...metadata, client_id: 'with-redirect' }, { status: 201 })
          : refusal('invalid_redirect_uri');
      },
    }));
    const session = await finish(start());
    assert.equal(session.client.clientId, 'with-redirect');
    assert.equal(asked('POST /register').length, 2);
  });

  it('registers once, however often the person signs in, and remembers no redirect', async () => {
    await prepare([granted]);
    await finish(start());
    await finish(start());
    assert.equal(asked('POST /register').length, 1);
    assert.equal((await assembly.ports.registrations.open(server.origin)).redirectKind, undefined);
  });

  it('registers anew when the server has forgotten this editor', async () => {
    await prepare([granted]);
    const before = await finish(start());
    server.answer('POST /device', ({ form }) =>
      form.get('client_id') === before.client.clientId
        ? refusal('invalid_client', 401)
        : json(authorization(server.origin)),
    );
    const after = await finish(start());
    assert.notEqual(after.client.clientId, before.client.clientId);
    assert.equal(asked('POST /register').length, 2);
  });

  it('registers anew the next time when the server says so only after it gave a code', async () => {
    await prepare([granted, refusal('invalid_client', 401), granted]);
    const before = await finish(start());
    await assert.rejects(finish(start()), { code: 'client_rejected' });
    const after = await finish(start());
    assert.notEqual(after.client.clientId, before.client.clientId);
  });

  it('fails when the server refuses a client that was registered just now', async () => {
    await prepare([granted], {}, () => ({ 'POST /device': refusal('unauthorized_client') }));
    await assert.rejects(finish(start()), { code: 'client_rejected' });
    assert.equal(asked('POST /register').length, 1);
  });

  it('uses the client of the definition, with its secret', async () => {
    await prepare(
      [granted],
      {},
      ({ origin, metadata }) => ({
        [metadataRoute]: json({
          ...metadata,
          device_authorization_endpoint: `${origin}/device`,
          token_endpoint_auth_methods_supported: ['client_secret_post'],
        }),
      }),
      { prompt: { askClientSecret: async () => 'my-client-secret' } },
    );
    const running = assembly.authenticator.start({
      serverUrl: new URL(server.mcpUrl),
      transport: 'http',
      grant: 'deviceCode',
      oauth: { clientId: 'mine' },
    });
    await finish(running);
    for (const { form } of [...asked('POST /device'), ...asked('POST /token')]) {
      assert.deepEqual([form.get('client_id'), form.get('client_secret')], ['mine', 'my-client-secret']);
    }
    assert.equal(asked('POST /register').length, 0);
  });

  it('proves a configured client by its private key, which the log never holds', async () => {
    const key = ecKey();
    await prepare(
      [granted],
      {},
      ({ origin, metadata }) => ({
        [metadataRoute]: json({
          ...metadata,
          device_authorization_endpoint: `${origin}/device`,
          token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
        }),
      }),
      { prompt: { askPrivateKey: async () => key.pem } },
    );
    const running = start({ clientId: 'mine', tokenEndpointAuthMethod: 'private_key_jwt' });
    await waitingOf(running);
    assert.equal(assembly.ports.redactor.text(key.pem), '‹redacted›');
    await finish(running);
    for (const { form } of [...asked('POST /device'), ...asked('POST /token')]) {
      assert.equal(verifiedJwt(form.get('client_assertion') ?? '', key)[1].aud, server.origin);
    }
  });

  it('asks the person for a client that may use device codes where there is no registration', async () => {
    const questions: unknown[] = [];
    await prepare(
      [granted],
      {},
      ({ origin, metadata }) => ({
        [metadataRoute]: json({
          ...metadata,
          device_authorization_endpoint: `${origin}/device`,
          registration_endpoint: undefined,
        }),
      }),
      {
        prompt: {
          askClientId: async (question) => {
            questions.push(question);
            return 'entered';
          },
        },
      },
    );
    const { client } = await finish(start());
    assert.equal(client.clientId, 'entered');
    assert.deepEqual(questions, [{ issuer: server.origin, redirectUri: undefined }]);
  });

  it('binds the tokens to a key where the definition asks for that', async () => {
    await prepare([pending, () => json({ ...freshTokens(), token_type: 'DPoP' })]);
    const { dpop, tokens } = await finish(start({ dpop: true }));
    assert.deepEqual([dpop?.algorithm, tokens.tokenType], ['ES256', 'dpop']);
    assert.ok(asked('POST /token').every(({ headers }) => typeof headers.dpop === 'string'));
  });

  it('does not settle for tokens that are not bound', async () => {
    await prepare([granted]);
    await assert.rejects(finish(start({ dpop: true })), { code: 'dpop_not_supported' });
  });

  it('opens the page with the code in it, when the person wants that', async () => {
    await prepare([granted], {}, undefined, { browser: async () => true });
    const running = start();
    const waiting = await waitingOf(running);
    await waiting.open();
    await running.reopenBrowser();
    assert.deepEqual(
      assembly.opened.map(({ href }) => href),
      [waiting.verificationUriComplete?.href, waiting.verificationUriComplete?.href],
    );
    await finish(running);
  });

  it('goes without PKCE, which this grant does not know', async () => {
    await prepare([granted], {}, ({ origin, metadata }) => ({
      [metadataRoute]: json({
        ...metadata,
        authorization_endpoint: undefined,
        code_challenge_methods_supported: undefined,
        device_authorization_endpoint: `${origin}/device`,
      }),
    }));
    await finish(start());
  });

  it('is what Authenticate does where the server has no page to sign in at', async () => {
    await prepare([granted], {}, ({ origin, metadata }) => ({
      [metadataRoute]: json({
        ...metadata,
        authorization_endpoint: undefined,
        device_authorization_endpoint: `${origin}/device`,
      }),
    }));
    for (const _time of ['first', 'second']) {
      const serverUrl = new URL(server.mcpUrl);
      await finish(assembly.authenticator.start({ serverUrl, transport: 'http' }));
    }
    assert.deepEqual(assembly.opened, []);
    assert.equal(asked('POST /device').length, 2);
  });

  it('finds out anew, although an earlier session remembers the server without device codes', async () => {
    await prepare([granted]);
    const withDevice = await finish(start());
    const { device_authorization_endpoint: _removed, ...authorizationServer } =
      withDevice.authorizationServer;
    await assembly.sessions.put({ ...withDevice, authorizationServer: authorizationServer as never });
    await finish(start());
    assert.equal(asked('POST /device').length, 2);
  });

  describe('asks', () => {
    const cases: readonly [string, object, readonly (Reply | (() => Reply))[], readonly number[]][] = [
      ['every 5 s where the server does not say', { interval: undefined }, [pending, granted], [5000, 5000]],
      ['no more often than once a second', { interval: 0.01 }, [granted], [1000]],
      ['once a minute at least', { interval: 1e12 }, [granted], [60_000]],
      [
        '5 s more seldom from each slow_down on',
        {},
        [refusal('slow_down'), pending, refusal('slow_down'), granted],
        [7000, 12_000, 12_000, 17_000],
      ],
      ['more seldom when HTTP says so too', {}, [refusal('slow_down', 429), granted], [7000, 12_000]],
      [
        'half as often from each reset connection on',
        {},
        [reset, reset, pending, granted],
        [7000, 14_000, 28_000, 28_000],
      ],
      [
        'half as often while the server has a problem',
        {},
        [page(503), page(500), granted],
        [7000, 14_000, 28_000],
      ],
      ['half as often when it is asked to slow down by HTTP', {}, [page(429), granted], [7000, 14_000]],
      ['no sooner than HTTP asks for, once', {}, [busy('40'), pending, granted], [7000, 40_000, 14_000]],
      [
        'no sooner than slow_down and HTTP ask for together',
        {},
        [busy('20', 'slow_down'), pending, granted],
        [7000, 20_000, 12_000],
      ],
    ];
    for (const [how, changes, answers, expected] of cases) {
      it(how, async () => {
        await prepare(answers, changes);
        await finish(start());
        assert.deepEqual(intervals, expected);
      });
    }

    it('half as often when there was no answer in time', async () => {
      await prepare([silence, granted]);
      const running = start();
      await until(() => intervals.length === 1, 'nothing is asked');
      const unanswered = server.next('POST /token');
      assembly.clock.advance(7000);
      await unanswered;
      assembly.clock.advance(30_000);
      await until(() => intervals.length === 2, 'nothing is asked again');
      assert.deepEqual(intervals, [7000, 14_000]);
      assembly.clock.advance(14_000);
      await running.result;
    });
  });

  describe('ends', () => {
    const cases: readonly [string, readonly Reply[], object][] = [
      ['when the person refuses', [pending, refusal('access_denied')], { code: 'access_denied' }],
      [
        'when the code has expired',
        [pending, refusal('expired_token')],
        { code: 'timeout', message: /before it expired/ },
      ],
      [
        'when the server does not know the code',
        [refusal('invalid_grant')],
        { code: 'authorization_refused' },
      ],
      [
        'when it may not ask again before the code expires',
        [busy('700')],
        { code: 'server_error', retryAfter: 700_000, message: / asks to wait 12 min \(HTTP 429\)\.$/ },
      ],
      ['when the answer is a page', [page()], { code: 'invalid_response' }],
      ['when the answer is no JSON', [text('{', 'application/json')], { code: 'invalid_response' }],
      [
        'when there is no token in the answer',
        [json({ token_type: 'Bearer' })],
        { code: 'invalid_response' },
      ],
      ['when the answer leads elsewhere', [redirect('https://evil.example/')], { code: 'invalid_response' }],
      [
        'when the token is of another kind',
        [json({ ...freshTokens(), token_type: 'mac' })],
        { code: 'invalid_response' },
      ],
    ];
    for (const [when, answers, expected] of cases) {
      it(when, async () => {
        await prepare(answers);
        await assert.rejects(finish(start()), expected);
        assert.equal(assembly.sessions.get(server.mcpUrl), undefined);
      });
    }

    it('when nobody enters the code, and does not ask after that', async () => {
      await prepare([pending], { interval: 59 });
      const running = start();
      await assert.rejects(finish(running), {
        code: 'timeout',
        remedy: 'retry',
        message: /before it expired/,
      });
      assert.equal(asked('POST /token').length, 10);
    });

    it('for what was wrong with the server, when the code expires before it can be asked again', async () => {
      await prepare([reset, silence], { expires_in: 40 });
      const running = start();
      for (const pause of [7000, 14_000]) {
        await until(() => intervals.includes(pause), `there is no pause of ${pause} ms`);
        const asking = server.next('POST /token');
        assembly.clock.advance(pause);
        await asking;
      }
      assembly.clock.advance(19_000);
      await assert.rejects(running.result, { code: 'network', message: /the connection was reset/ });
    });

    it('within an hour, however long the code is said to live', async () => {
      await prepare([pending], { expires_in: 1e300 });
      const running = start();
      const { expiresAt } = await waitingOf(running);
      assert.equal(expiresAt, assembly.clock.now() + 3600_000);
      assembly.clock.advance(3600_000);
      await assert.rejects(running.result, { code: 'timeout' });
    });

    it('when it is cancelled between two questions', async () => {
      await prepare([pending]);
      const running = start();
      await until(() => intervals.length === 1, 'nothing is asked');
      running.cancel();
      await assert.rejects(running.result, { code: 'cancelled' });
      assert.equal(asked('POST /token').length, 0);
    });

    it('when it is cancelled during a question', async () => {
      await prepare([silence]);
      const running = start();
      await until(() => intervals.length === 1, 'nothing is asked');
      const unanswered = server.next('POST /token');
      assembly.clock.advance(7000);
      await unanswered;
      running.cancel();
      await assert.rejects(running.result, { code: 'cancelled' });
      assert.equal(running.waiting, undefined);
    });
  });

  describe('does not begin', () => {
    const cases: readonly [string, object, object][] = [
      ['without a device code', { device_code: undefined }, { code: 'invalid_response' }],
      ['without a user code', { user_code: undefined }, { code: 'invalid_response' }],
      ['with an empty user code', { user_code: '' }, { code: 'invalid_response' }],
      ['with a user code that nobody can read', { user_code: 'AB\u202eCD' }, { code: 'invalid_response' }],
      ['with a user code of several lines', { user_code: 'AB\nCD' }, { code: 'invalid_response' }],
      ['with a user code that nobody can type', { user_code: 'A'.repeat(65) }, { code: 'invalid_response' }],
      ['without a page', { verification_uri: undefined }, { code: 'invalid_response' }],
      ['without a lifetime', { expires_in: undefined }, { code: 'invalid_response' }],
      ['with a lifetime that is over', { expires_in: -1 }, { code: 'invalid_response' }],
      ['with an interval that is none', { interval: 'often' }, { code: 'invalid_response' }],
      ['with an interval of nothing', { interval: 0 }, { code: 'invalid_response' }],
      ['with a page that is no URL', { verification_uri: 'over there' }, { code: 'invalid_response' }],
      [
        'with a page that fits no QR code',
        { verification_uri: `https://as.example/${'a'.repeat(1000)}` },
        { code: 'invalid_response' },
      ],
      ['with a script for a page', { verification_uri: 'javascript:alert(1)' }, { code: 'insecure_url' }],
      ['with a file for a page', { verification_uri: 'file:///etc/passwd' }, { code: 'insecure_url' }],
      ['with a page by http', { verification_uri: 'http://as.example/device' }, { code: 'insecure_url' }],
      [
        'with a script for a page with the code',
        { verification_uri_complete: 'javascript:alert(1)' },
        { code: 'insecure_url' },
      ],
      [
        'with a page with the code that is no text',
        { verification_uri_complete: 1 },
        { code: 'invalid_response' },
      ],
    ];
    for (const [what, changes, expected] of cases) {
      it(what, async () => {
        await prepare([granted], changes);
        await assert.rejects(finish(start()), expected);
        assert.equal(asked('POST /token').length, 0);
      });
    }

    const answers: readonly [string, Answer, object][] = [
      ['a page', page(), { code: 'invalid_response' }],
      ['a refusal', refusal('invalid_scope'), { code: 'authorization_refused', message: /"invalid_scope"/ }],
      ['a problem', page(502), { code: 'server_error' }],
      ['a reset connection', reset, { code: 'network' }],
    ];
    for (const [what, answer, expected] of answers) {
      it(`when the answer is ${what}`, async () => {
        await prepare([granted], {}, () => ({ 'POST /device': answer }));
        await assert.rejects(finish(start()), expected);
      });
    }

    it('where it is not offered, and registers nothing', async () => {
      await prepare([granted], {}, ({ metadata }) => ({ [metadataRoute]: json(metadata) }));
      await assert.rejects(finish(start()), {
        code: 'device_unavailable',
        message: /does not offer to sign in with a device code/,
      });
      assert.ok(!server.asked.includes('POST /register'));
    });

    it('where it would be asked for by http', async () => {
      await prepare([granted], {}, ({ metadata }) => ({
        [metadataRoute]: json({ ...metadata, device_authorization_endpoint: 'http://as.example/device' }),
      }));
      await assert.rejects(finish(start()), { code: 'insecure_url' });
    });
  });

  it('never logs the device code, the user code or the tokens', async () => {
    await prepare([pending, granted]);
    await finish(start());
    for (const line of assembly.lines) {
      assert.doesNotMatch(line, /device-code-1234|ABCD-EFGH|access-|refresh-/);
    }
  });
});
