import assert from 'node:assert/strict';
import { authenticate } from '../../../src/core/oauth/authenticate.ts';
import type { AuthenticationStep } from '../../../src/core/oauth/authentication.ts';
import { sessionState } from '../../../src/core/session/serverState.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { grantServer } from '../../support/grantServer.ts';
import {
  assertion,
  type IdentityProviderOptions,
  identityProvider,
  idpClientId,
} from '../../support/identityProvider.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { jwtOf } from '../../support/privateKeys.ts';
import { publicNames } from '../../support/publicNames.ts';
import { json, page } from '../../support/reply.ts';

const hour = 3_600_000;
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';
const xaa = { xaa: true, clientId: 'the-client' };

describe('enterprise-managed authorization', () => {
  const suite = authenticationSuite();

  async function prepare(options: IdentityProviderOptions = {}) {
    const idp = await suite.server(identityProvider(options));
    const server = await suite.server(grantServer({ grants: [jwtBearer] }));
    const assembly = suite.assemble({
      identityProvider: { issuer: idp.origin, clientId: idpClientId },
      prompt: { askApproveGrant: async () => true, askClientSecret: async () => 'the-client-secret' },
    });
    return { idp, server, ...assembly };
  }

  const tokenRequests = ({ requests }: MisbehavingServer, grant = '') =>
    requests.filter(({ route, form }) => route === 'POST /token' && form.get('grant_type')?.endsWith(grant));
  const exchanges = (idp: MisbehavingServer) => tokenRequests(idp, ':token-exchange');

  it('signs in at the identity provider, exchanges the ID token there, and presents the assertion', async () => {
    const { idp, server, signIn, opened } = await prepare();
    const session = await signIn(server.mcpUrl, xaa);
    const query = Object.fromEntries(opened[0]?.searchParams ?? []);
    assert.equal(opened[0]?.origin, idp.origin);
    assert.deepEqual(
      [query.scope, query.client_id, query.code_challenge_method, query.resource, opened.length],
      ['openid', idpClientId, 'S256', undefined, 1],
    );
    assert.ok(query.nonce && query.state && query.code_challenge);
    const { subject_token: subject, ...exchange } = Object.fromEntries(exchanges(idp)[0]?.form ?? []);
    assert.equal(JSON.parse(atob(subject?.split('.')[1] ?? '')).nonce, query.nonce);
    assert.deepEqual(exchange, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: idJag,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      audience: server.origin,
      resource: server.mcpUrl,
      scope: 'files:read',
      client_id: idpClientId,
    });
    const { assertion: presented, ...request } = Object.fromEntries(tokenRequests(server)[0]?.form ?? []);
    assert.equal(JSON.parse(atob(presented?.split('.')[1] ?? '')).aud, server.origin);
    assert.deepEqual(request, {
      grant_type: jwtBearer,
      client_id: 'the-client',
      resource: server.mcpUrl,
      scope: 'files:read',
    });
    assert.equal(session.grant, 'enterprise');
  });

  it('sends the ID token to the identity provider, and nowhere else', async () => {
    const { idp, server, signIn } = await prepare();
    await signIn(server.mcpUrl, xaa);
    const idToken = exchanges(idp)[0]?.form.get('subject_token') ?? assert.fail();
    for (const { body, headers, query } of server.requests) {
      assert.ok(!`${body} ${JSON.stringify(headers)} ${query}`.includes(idToken));
    }
  });

  it('reaches an identity provider within the company also for a public server, which leads nowhere there', async () => {
    const [company, name] = ['https://idp.corp.internal', 'https://mcp.example'];
    const idp = await suite.server(identityProvider({ claims: () => ({ iss: company }) }));
    const server = await suite.server(grantServer({ grants: [jwtBearer] }));
    const network = publicNames({ [company]: idp.origin, [name]: server.origin });
    const { signIn } = suite.assemble({
      fetch: network.fetch,
      browser: network.followRedirect,
      identityProvider: { issuer: company, clientId: idpClientId },
      prompt: { askApproveGrant: async () => true },
    });
    await signIn(`${name}/mcp`, xaa);
    assert.equal(exchanges(idp)[0]?.form.get('audience'), name);
    const hostile = { ...server.metadata, issuer: name, token_endpoint: `${company}/token` };
    server.answer('GET /.well-known/oauth-authorization-server', json(hostile));
    await assert.rejects(signIn(`${name}/mcp`, xaa), { code: 'forbidden_address' });
  });

  it('needs no browser for the second server, nor after a reload', async () => {
    const { idp, server, signIn, opened, secrets } = await prepare();
    await signIn(server.mcpUrl, xaa);
    const second = await suite.server(grantServer({ grants: [jwtBearer] }));
    await signIn(second.mcpUrl, xaa);
    assert.equal(opened.length, 1);
    const reloaded = suite.assemble({
      secrets,
      identityProvider: { issuer: idp.origin, clientId: idpClientId },
      prompt: { askApproveGrant: async () => true },
    });
    const third = await suite.server(grantServer({ grants: [jwtBearer] }));
    await reloaded.signIn(third.mcpUrl, xaa);
    assert.deepEqual(reloaded.opened, []);
    assert.deepEqual(
      exchanges(idp).map(({ form }) => form.get('audience')),
      [server.origin, second.origin, third.origin],
    );
  });

  it('shows one page when two servers need the identity at once', async () => {
    const { server, signIn, opened } = await prepare();
    const second = await suite.server(grantServer({ grants: [jwtBearer] }));
    await Promise.all([signIn(server.mcpUrl, xaa), signIn(second.mcpUrl, xaa)]);
    assert.equal(opened.length, 1);
  });

  it('renews itself without the person while the ID token lasts', async () => {
    const claims = () => ({ exp: Date.UTC(2031, 0, 1) / 1000 });
    const { server, signIn, refresher, clock, opened } = await prepare({ claims });
    const session = await signIn(server.mcpUrl, xaa);
    clock.advance(hour);
    const renewed = await refresher.fresh(server.mcpUrl);
    assert.notEqual(renewed.tokens.accessToken, session.tokens.accessToken);
    assert.equal(opened.length, 1);
  });

  it('renews itself by the refresh token of the identity provider after the ID token has expired', async () => {
    let refreshed: string | undefined;
    const { idp, server, signIn, refresher, clock, opened } = await prepare({
      metadata: { scopes_supported: ['openid', 'offline_access'] },
      refresh: () => {
        refreshed = jwtOf({
          iss: idp.origin,
          sub: 'the-person',
          aud: idpClientId,
          iat: 1,
          exp: Date.UTC(2031, 0, 1) / 1000,
        });
        return { id_token: refreshed, refresh_token: 'rotated-refresh-token' };
      },
    });
    await signIn(server.mcpUrl, xaa);
    assert.deepEqual(
      [opened[0]?.searchParams.get('scope'), opened[0]?.searchParams.get('prompt')],
      ['openid offline_access', null],
    );
    clock.advance(hour);
    await refresher.fresh(server.mcpUrl);
    assert.equal(exchanges(idp).at(-1)?.form.get('subject_token'), refreshed);
    clock.advance(hour);
    await refresher.fresh(server.mcpUrl);
    assert.deepEqual([tokenRequests(idp, 'refresh_token').length, opened.length], [1, 1]);
  });

  it('is expired, but not forgotten, when nothing but another sign-in can help', async () => {
    const { server, signIn, refresher, clock, sessions, opened } = await prepare();
    await signIn(server.mcpUrl, xaa);
    clock.advance(hour);
    await assert.rejects(refresher.fresh(server.mcpUrl), { code: 'session_expired', remedy: 'authenticate' });
    const session = sessions.get(server.mcpUrl);
    assert.ok(session);
    assert.deepEqual(sessionState(session, { now: clock.now() }), { kind: 'expired' });
    assert.equal(opened.length, 1);
  });

  it('signs in once more when the identity provider no longer takes the ID token that it gave before', async () => {
    const { idp, server, signIn, opened } = await prepare({
      exchange: (request) =>
        exchanges(idp).length === 2 ? json({ error: 'invalid_grant' }, { status: 400 }) : assertion(request),
    });
    await signIn(server.mcpUrl, xaa);
    await signIn(server.mcpUrl, xaa);
    assert.deepEqual([opened.length, exchanges(idp).length], [2, 3]);
    const [, rejected, taken] = exchanges(idp).map(({ form }) => form.get('subject_token'));
    assert.notEqual(rejected, taken);
  });

  it('gives up when the identity provider does not take a fresh ID token either', async () => {
    const { idp, server, signIn } = await prepare({
      exchange: json({ error: 'invalid_grant' }, { status: 400 }),
    });
    await assert.rejects(signIn(server.mcpUrl, xaa), { code: 'session_expired' });
    assert.equal(exchanges(idp).length, 2);
    assert.deepEqual(tokenRequests(server), []);
  });

  const token = jwtOf({ sub: 'x' });
  for (const [what, exchange, code] of [
    [
      'another kind of token',
      json({
        access_token: token,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'N_A',
      }),
      'invalid_response',
    ],
    ['no kind', json({ access_token: token, token_type: 'N_A' }), 'invalid_response'],
    [
      'an access token',
      json({ access_token: token, issued_token_type: idJag, token_type: 'Bearer' }),
      'invalid_response',
    ],
    ['nothing', json({}), 'invalid_response'],
    ['a page', page(), 'invalid_response'],
    ['a refusal by policy', json({ error: 'access_denied' }, { status: 400 }), 'access_denied'],
    ['an unknown target', json({ error: 'invalid_target' }, { status: 400 }), 'access_denied'],
    ['a failure', page(502), 'server_error'],
  ] as const) {
    it(`sends nothing to the authorization server when the exchange gives ${what}`, async () => {
      const { idp, server, signIn } = await prepare({ exchange });
      await assert.rejects(signIn(server.mcpUrl, xaa), { code });
      assert.deepEqual([exchanges(idp).length, tokenRequests(server)], [1, []]);
    });
  }

  it('surfaces that the authorization server refuses the assertion, without trying again', async () => {
    const { idp, server, signIn, opened } = await prepare();
    server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    await assert.rejects(signIn(server.mcpUrl, xaa), { code: 'authorization_refused' });
    assert.deepEqual([exchanges(idp).length, tokenRequests(server).length, opened.length], [1, 1, 1]);
  });

  for (const [what, claims] of [
    ['another issuer', { iss: 'https://other.example' }],
    ['another client', { aud: 'somebody-else' }],
    ['another sign-in', { nonce: 'of-another-sign-in' }],
    ['the past', { exp: 1000 }],
    ['nobody', { sub: undefined }],
  ] as const) {
    it(`refuses an ID token of ${what}`, async () => {
      const { idp, server, signIn } = await prepare({ claims: () => claims });
      await assert.rejects(signIn(server.mcpUrl, xaa), { code: 'invalid_response' });
      assert.deepEqual(exchanges(idp), []);
    });
  }

  it('says what to set when the user has no identity provider, before anything is asked', async () => {
    const server = await suite.server(grantServer({ grants: [jwtBearer] }));
    const { signIn } = suite.assemble();
    await assert.rejects(signIn(server.mcpUrl, xaa), {
      code: 'invalid_setting',
      remedy: 'openSettings',
      message: /enter "mcpAuth.identityProvider.issuer" and "mcpAuth.identityProvider.clientId"/,
    });
  });

  it('needs a client that the authorization server knows', async () => {
    const { server, signIn, opened } = await prepare();
    await assert.rejects(signIn(server.mcpUrl, { xaa: true }), {
      code: 'invalid_definition',
      message: /"xaa" goes with "clientId"/,
    });
    assert.deepEqual(opened, []);
  });

  it('is known by its metadata document where the authorization server supports that', async () => {
    const { server, ports } = await prepare();
    server.answer(
      'GET /.well-known/oauth-authorization-server',
      json({ ...server.metadata, client_id_metadata_document_supported: true }),
    );
    const clientMetadataUrl = () => 'https://me.example/client.json';
    const steps: AuthenticationStep[] = [];
    await authenticate(
      {
        serverUrl: new URL(server.mcpUrl),
        transport: 'http',
        oauth: { xaa: true },
        signal: new AbortController().signal,
        onStep: (step) => steps.push(step),
      },
      { ...ports, clientMetadataUrl },
    );
    assert.equal(tokenRequests(server)[0]?.form.get('client_id'), clientMetadataUrl());
    assert.deepEqual(steps, [
      'discovering',
      'registering',
      'openingBrowser',
      'exchangingCode',
      'exchangingIdentity',
      'requestingToken',
    ]);
  });

  it('opens no page of the identity provider, and asks it nothing, unless the person allows the server', async () => {
    const { idp, server } = await prepare();
    const questions: unknown[] = [];
    const { signIn, opened } = suite.assemble({
      identityProvider: { issuer: idp.origin, clientId: idpClientId },
      prompt: {
        async askApproveGrant(question) {
          questions.push(question);
          return false;
        },
      },
    });
    await assert.rejects(signIn(server.mcpUrl, xaa), { code: 'cancelled' });
    assert.deepEqual(
      [questions, opened, idp.requests],
      [
        [
          {
            grant: 'enterprise',
            serverUrl: new URL(server.mcpUrl),
            issuer: server.origin,
            identity: idp.origin,
          },
        ],
        [],
        [],
      ],
    );
  });

  it('asks for the secret of the client that was rejected, at the identity provider or at the server', async () => {
    const idp = await suite.server(
      identityProvider({
        metadata: { token_endpoint_auth_methods_supported: ['client_secret_post'] },
        exchange: (request) =>
          request.form.get('client_secret') === 'right'
            ? assertion(request)
            : json({ error: 'invalid_client' }, { status: 401 }),
      }),
    );
    const server = await suite.server(grantServer({ methods: ['client_secret_post'] }));
    const asked: string[] = [];
    const answers = ['of-server', 'wrong', 'of-server', 'right', 'another-of-server'];
    const { signIn } = suite.assemble({
      identityProvider: { issuer: idp.origin, clientId: idpClientId },
      prompt: {
        askApproveGrant: async () => true,
        async askClientSecret({ issuer }) {
          asked.push(issuer);
          return answers.shift();
        },
      },
    });
    const rejected = { code: 'client_rejected', remedy: 'enterClient' };
    await assert.rejects(signIn(server.mcpUrl, xaa), rejected);
    await signIn(server.mcpUrl, { ...xaa, askForSecret: true });
    assert.deepEqual(asked, [server.origin, idp.origin, server.origin, idp.origin]);
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    await assert.rejects(signIn(server.mcpUrl, xaa), rejected);
    await assert.rejects(signIn(server.mcpUrl, { ...xaa, askForSecret: true }), rejected);
    assert.deepEqual(asked.slice(4), [server.origin]);
  });
});
