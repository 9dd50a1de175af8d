import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import type { AuthenticationStep } from '../../../src/core/oauth/authentication.ts';
import { sessionState } from '../../../src/core/session/serverState.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { type GrantServerOptions, grantServer } from '../../support/grantServer.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { ecKey, verifiedJwt } from '../../support/privateKeys.ts';
import { json, page, unauthorized } from '../../support/reply.ts';

const hour = 3_600_000;
const secret = 'the-machine-secret';
const clientCredentials = { grantType: 'client_credentials', clientId: 'machine' } as const;

describe('the client credentials grant', () => {
  const suite = authenticationSuite();

  async function prepare(options: GrantServerOptions = { methods: ['client_secret_basic'] }) {
    const server = await suite.server(grantServer(options));
    const questions: unknown[] = [];
    const assembly = suite.assemble({
      prompt: {
        askClientSecret: async () => secret,
        async askApproveGrant(question) {
          questions.push(question);
          return true;
        },
      },
    });
    return { server, questions, ...assembly };
  }

  async function signedIn(options?: GrantServerOptions) {
    const prepared = await prepare(options);
    const session = await prepared.signIn(prepared.server.mcpUrl, clientCredentials);
    return { ...prepared, session };
  }

  const tokenRequests = ({ requests }: MisbehavingServer) =>
    requests.filter(({ route }) => route === 'POST /token');

  it('obtains a token for the server with the secret, without a browser', async () => {
    const { server, session, opened } = await signedIn();
    const [request] = tokenRequests(server);
    assert.deepEqual(Object.fromEntries(request?.form ?? []), {
      grant_type: 'client_credentials',
      resource: server.mcpUrl,
      scope: 'files:read',
    });
    assert.equal(request?.headers.authorization, `Basic ${btoa(`machine:${secret}`)}`);
    assert.deepEqual(opened, []);
    assert.deepEqual(
      [session.grant, session.requestedScope, session.tokens.refreshToken],
      ['clientCredentials', 'files:read', undefined],
    );
  });

  it('says that there is no device code to enter, and asks for nothing', async () => {
    const { server, authenticator } = await prepare();
    const serverUrl = new URL(server.mcpUrl);
    const wanted = { serverUrl, transport: 'http', oauth: clientCredentials, grant: 'deviceCode' } as const;
    await assert.rejects(authenticator.start(wanted).result, {
      code: 'device_unavailable',
      message:
        'There is no device code to enter for this server: its definition asks for client credentials.',
    });
    assert.deepEqual(server.asked, []);
  });

  it('obtains a token with a private key', async () => {
    const key = ecKey();
    const server = await suite.server(
      grantServer({ methods: ['private_key_jwt'], grants: ['client_credentials'] }),
    );
    const { signIn } = suite.assemble({
      prompt: { askPrivateKey: async () => key.pem, askApproveGrant: async () => true },
    });
    await signIn(server.mcpUrl, clientCredentials);
    const [request] = tokenRequests(server);
    const [, claims] = verifiedJwt(request?.form.get('client_assertion') ?? '', key);
    assert.deepEqual([claims.iss, claims.sub, claims.aud], ['machine', 'machine', server.origin]);
  });

  it('sends the secret in the body where the definition says so', async () => {
    const { server, signIn } = await prepare({ methods: ['client_secret_basic', 'client_secret_post'] });
    await signIn(server.mcpUrl, { ...clientCredentials, tokenEndpointAuthMethod: 'client_secret_post' });
    assert.equal(tokenRequests(server)[0]?.form.get('client_secret'), secret);
  });

  it('asks for the configured scopes, and never for offline access by itself', async () => {
    const { server, signIn } = await prepare();
    server.answer(
      'GET /.well-known/oauth-protected-resource/mcp',
      json({ ...server.resource, scopes_supported: ['files:read', 'offline_access'] }),
    );
    await signIn(server.mcpUrl, clientCredentials);
    await signIn(server.mcpUrl, { ...clientCredentials, scopes: 'one offline_access' });
    assert.deepEqual(
      tokenRequests(server).map(({ form }) => form.get('scope')),
      ['files:read', 'one offline_access'],
    );
  });

  it('asks the person once whether the server may have tokens', async () => {
    const { server, signIn, questions } = await prepare();
    await signIn(server.mcpUrl, clientCredentials);
    await signIn(server.mcpUrl, clientCredentials);
    assert.deepEqual(questions, [
      {
        grant: 'clientCredentials',
        serverUrl: new URL(server.mcpUrl),
        issuer: server.origin,
        identity: 'machine',
      },
    ]);
  });

  it('renews itself on use when the token has expired, also after a reload', async () => {
    const { server, session, clock, refresher, ports, secrets, opened } = await signedIn();
    clock.advance(hour);
    const renewed = await refresher.fresh(server.mcpUrl);
    assert.notEqual(renewed.tokens.accessToken, session.tokens.accessToken);
    assert.deepEqual([renewed.tokens.expiresAt, renewed.grant], [clock.now() + hour, 'clientCredentials']);
    const [first, second] = tokenRequests(server);
    assert.deepEqual(
      [second?.body, second?.headers.authorization],
      [first?.body, first?.headers.authorization],
    );
    const reloaded = new SessionStore({ ...ports, secrets });
    await reloaded.reload();
    assert.equal(reloaded.get(server.mcpUrl)?.tokens.accessToken, renewed.tokens.accessToken);
    assert.deepEqual(opened, []);
  });

  it('obtains another token once when the server rejects the one it has', async () => {
    const { server, session, ports, refresher } = await signedIn();
    const fetch = createAuthorizedFetch(new URL(server.mcpUrl), { ...ports, refresher });
    server.answer('POST /mcp', ({ headers }) =>
      headers.authorization === `Bearer ${session.tokens.accessToken}` ? unauthorized() : json({}),
    );
    assert.equal((await fetch(server.mcpUrl, { method: 'POST', body: '{}' })).status, 200);
    assert.equal(tokenRequests(server).length, 2);
    server.answer('POST /mcp', unauthorized());
    await assert.rejects(fetch(server.mcpUrl, { method: 'POST', body: '{}' }), { code: 'token_rejected' });
    assert.equal(tokenRequests(server).length, 3);
  });

  it('counts as authenticated after its token has expired', async () => {
    const { session } = await signedIn();
    const state = sessionState(session, { now: session.createdAt + 100 * hour });
    assert.deepEqual(state, {
      kind: 'authenticated',
      expiresAt: session.tokens.expiresAt,
      refreshable: true,
      grant: 'clientCredentials',
    });
  });

  for (const [what, answer, code] of [
    ['the client is rejected', json({ error: 'invalid_client' }, { status: 401 }), 'client_rejected'],
    ['the grant is refused', json({ error: 'invalid_grant' }, { status: 400 }), 'authorization_refused'],
    ['the scope is refused', json({ error: 'invalid_scope' }, { status: 400 }), 'authorization_refused'],
    ['the server has a problem', page(503), 'server_error'],
    [
      'the token is of another kind',
      json({ access_token: 'a-token', token_type: 'mac' }),
      'invalid_response',
    ],
    ['there is no token', json({ token_type: 'Bearer' }), 'invalid_response'],
  ] as const) {
    it(`keeps the session when it cannot be renewed because ${what}, and asks once`, async () => {
      const { server, session, clock, refresher, sessions } = await signedIn();
      server.answer('POST /token', answer);
      clock.advance(hour);
      await assert.rejects(refresher.fresh(server.mcpUrl), { code });
      assert.equal(sessions.get(server.mcpUrl), session);
      assert.equal(tokenRequests(server).length, 2);
    });
  }

  it('authenticates again with another secret where the first was rejected', async () => {
    const { server, signIn } = await prepare();
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    await assert.rejects(signIn(server.mcpUrl, clientCredentials), {
      code: 'client_rejected',
      remedy: 'enterClient',
    });
    await assert.rejects(signIn(server.mcpUrl, { ...clientCredentials, askForSecret: true }));
    assert.equal(tokenRequests(server).length, 2);
  });

  it('sends nothing to a server that does not offer the grant', async () => {
    const { server, signIn, questions } = await prepare({ grants: ['authorization_code'] });
    await assert.rejects(signIn(server.mcpUrl, clientCredentials), {
      code: 'invalid_definition',
      message: /does not offer the grant/,
    });
    assert.deepEqual([tokenRequests(server), questions], [[], []]);
  });

  it('tells how far it is', async () => {
    const { server, authenticator } = await prepare();
    const steps: AuthenticationStep[] = [];
    const running = authenticator.start({
      serverUrl: new URL(server.mcpUrl),
      transport: 'http',
      oauth: clientCredentials,
    });
    steps.push(running.step);
    running.onDidChangeStep((step) => steps.push(step));
    await running.result;
    assert.deepEqual([...new Set(steps)], ['discovering', 'registering', 'requestingToken']);
  });
});
