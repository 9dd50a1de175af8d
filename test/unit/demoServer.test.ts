import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as oauth from 'oauth4webapi';
import { CookieJar } from '../support/demo/cookieJar.ts';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { listen } from '../support/demo/listener.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';

const REDIRECT_URI = 'http://127.0.0.1:8123/callback';
const insecure = { [oauth.allowInsecureRequests]: true } as const;

interface Registered {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
}

interface SignedIn extends Registered {
  readonly accessToken: string;
  readonly refreshToken: string;
}

describe('demo server', () => {
  let demo: Demo;
  beforeEach(async () => {
    demo = await startDemo();
  });
  afterEach(() => demo.close());

  it('challenges a request without a token and leads to both metadata documents', async () => {
    const response = await fetch(demo.mcpUrl, { method: 'POST' });
    const metadataUrl = `${new URL(demo.mcpUrl).origin}/.well-known/oauth-protected-resource/mcp`;
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('www-authenticate'), `Bearer resource_metadata="${metadataUrl}"`);

    const resource = await (await fetch(metadataUrl)).json();
    assert.equal(resource.resource, demo.mcpUrl);
    assert.deepEqual(resource.authorization_servers, [demo.issuer]);
    assert.deepEqual(resource.scopes_supported, ['mcp:tools', 'offline_access']);

    const as = await discover(demo);
    assert.deepEqual(as.code_challenge_methods_supported, ['S256']);
    assert.equal(as.authorization_response_iss_parameter_supported, true);
    assert.ok(as.registration_endpoint && as.revocation_endpoint);
    const openid = await (await fetch(`${demo.issuer}/.well-known/openid-configuration`)).json();
    assert.deepEqual(openid, as);
  });

  it('serves its tools to the official client with the token of a full login', async () => {
    const { accessToken } = await signIn(demo, { user: 'grace' });
    const client = await connectMcp(demo, accessToken);
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), ['add', 'whoami']);
    const sum = await client.callTool({ name: 'add', arguments: { a: 2, b: 40 } });
    assert.deepEqual(sum.content, [{ type: 'text', text: '42' }]);
    const who = await client.callTool({ name: 'whoami' });
    assert.deepEqual(who.content, [{ type: 'text', text: 'grace' }]);
    await client.close();
  });

  it('rotates the refresh token, and revokes the whole grant when an old one is used again', async () => {
    const session = await signIn(demo);
    const rotated = await refresh(session, session.refreshToken);
    assert.notEqual(rotated.refresh_token, session.refreshToken);
    assert.equal(await statusWith(demo, rotated.access_token), 400);

    await assert.rejects(refresh(session, session.refreshToken), { error: 'invalid_grant' });
    await assert.rejects(refresh(session, rotated.refresh_token ?? ''), { error: 'invalid_grant' });
    assert.equal(await statusWith(demo, rotated.access_token), 401);
    assert.deepEqual(
      demo.journal.refreshes.map(({ status, error }) => [status, error]),
      [
        [200, undefined],
        [400, 'invalid_grant'],
        [400, 'invalid_grant'],
      ],
    );
  });

  it('takes two simultaneous refreshes with one token for a reuse', async () => {
    const session = await signIn(demo);
    const outcomes = await Promise.allSettled([
      refresh(session, session.refreshToken),
      refresh(session, session.refreshToken),
    ]);
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    assert.ok(won.length <= 1, 'at most one wins');
    for (const { access_token, refresh_token = '' } of won) {
      assert.equal(await statusWith(demo, access_token), 401);
      await assert.rejects(refresh(session, refresh_token), { error: 'invalid_grant' });
    }
  });

  it('revokes on request', async () => {
    const session = await signIn(demo);
    const response = await oauth.revocationRequest(
      session.as,
      session.client,
      oauth.None(),
      session.refreshToken,
      insecure,
    );
    await oauth.processRevocationResponse(response);
    assert.equal(await statusWith(demo, session.accessToken), 401);
    await assert.rejects(refresh(session, session.refreshToken), { error: 'invalid_grant' });
    assert.deepEqual(
      demo.journal.revocations.map(({ token, known }) => [token, known]),
      [[session.refreshToken, true]],
    );
  });

  it('reports a denial to the redirect URI', async () => {
    const registered = await register(demo);
    const { url, state } = await authorizationRequest(demo, registered);
    const answer = await consent(url.href, { decision: 'deny' });
    assert.equal(answer.searchParams.get('error'), 'access_denied');
    assert.equal(answer.searchParams.get('state'), state);
    assert.equal(answer.searchParams.get('iss'), demo.issuer);
  });

  it('is reached through a start page on another origin too', async () => {
    const registered = await register(demo);
    const { url, state } = await authorizationRequest(demo, registered);
    const start = await listen('127.0.0.1', 0);
    start.server.on('request', (_request, response) => response.writeHead(302, { location: url.href }).end());
    try {
      const answer = await consent(`${start.origin}/start?state=own`, { decision: 'allow' });
      assert.equal(answer.searchParams.get('state'), state);
      assert.ok(answer.href.startsWith(REDIRECT_URI));
    } finally {
      await start.close();
    }
  });

  it('refuses expired access tokens, and a refresh helps', async () => {
    const session = await signIn(demo);
    assert.equal(await statusWith(demo, session.accessToken), 400);
    demo.expireAccessTokens();
    const response = await fetch(demo.mcpUrl, bearer(session.accessToken));
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
    const renewed = await refresh(session, session.refreshToken);
    assert.equal(await statusWith(demo, renewed.access_token), 400);
  });

  it('changes the lifetime of access tokens while running', async () => {
    const session = await signIn(demo);
    demo.setAccessTokenTtl(7);
    assert.equal((await refresh(session, session.refreshToken)).expires_in, 7);
  });

  it('forgets every token but no client when everything is revoked', async () => {
    const session = await signIn(demo);
    demo.revokeEverything();
    assert.equal(await statusWith(demo, session.accessToken), 401);
    await assert.rejects(refresh(session, session.refreshToken), { error: 'invalid_grant' });
    await signIn(demo, { registered: session });
  });

  it('refuses a token that was not asked for this server', async () => {
    const session = await signIn(demo, { resource: false });
    assert.equal(await statusWith(demo, session.accessToken), 401);
  });

  for (const redirectUri of [
    'vscode://mcp-auth.mcp-auth/callback?windowId=1',
    'http://127.0.0.1:8080/callback?vscode-reqid=1&vscode-scheme=code-oss&vscode-authority=mcp-auth.mcp-auth&vscode-path=%2Fcallback',
  ]) {
    it(`keeps the query of the redirect URI ${redirectUri}`, async () => {
      const registered = await register(demo, redirectUri);
      const { url, state } = await authorizationRequest(demo, registered);
      const answer = await consent(url.href, { decision: 'allow' });
      assert.ok(answer.href.startsWith(`${redirectUri}&`), answer.href);
      const names = [...answer.searchParams.keys()].slice(-3);
      assert.deepEqual(names.sort(), ['code', 'iss', 'state']);
      assert.equal(answer.searchParams.get('state'), state);
      assert.equal(answer.searchParams.get('iss'), demo.issuer);
    });
  }

  it('asks again when the browser has a session, also for several logins at once', async () => {
    const cookies = new CookieJar();
    const registered = await register(demo);
    await signIn(demo, { registered, cookies });
    const pages = demo.journal.count(
      ({ method, url }) => method === 'POST' && url.startsWith('/interaction/'),
    );
    await Promise.all(Array.from({ length: 6 }, () => signIn(demo, { registered, cookies })));
    assert.equal(
      demo.journal.count(({ method, url }) => method === 'POST' && url.startsWith('/interaction/')),
      pages + 6,
    );
  });

  it('lets a browser with a session sign in as somebody else', async () => {
    const cookies = new CookieJar();
    await signIn(demo, { cookies, user: 'ada' });
    const { accessToken } = await signIn(demo, { cookies, user: 'grace' });
    const client = await connectMcp(demo, accessToken);
    const who = await client.callTool({ name: 'whoami' });
    assert.deepEqual(who.content, [{ type: 'text', text: 'grace' }]);
    await client.close();
  });

  it('records every secret, and every request as it was received', async () => {
    const session = await signIn(demo, { scope: 'openid mcp:tools' });
    const rotated = await refresh(session, session.refreshToken);
    const { secrets } = demo.journal;
    for (const secret of [
      ...session.secrets,
      session.accessToken,
      session.refreshToken,
      rotated.access_token,
      rotated.refresh_token ?? '',
      rotated.id_token ?? '',
      String(session.client.registration_access_token),
    ]) {
      assert.ok(secrets.has(secret), `${secret} is recorded`);
    }
    await fetch(`${demo.issuer}/nothing%2fhere?a=%41+b`);
    assert.deepEqual(demo.journal.requests.at(-1), {
      side: 'authorization',
      method: 'GET',
      url: '/nothing%2fhere?a=%41+b',
      status: 404,
    });
  });

  it('wakes who waits for a request, and lets them stop waiting', async () => {
    await fetch(demo.mcpUrl);
    const next = demo.journal.next(({ side }) => side === 'resource');
    await fetch(`${demo.issuer}/jwks`);
    await fetch(`${demo.mcpUrl}?second`);
    assert.equal((await next).url, '/mcp?second');

    const controller = new AbortController();
    const never = demo.journal.next(() => false, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(never, /enough/);
  });

  it('escapes what an application calls itself', async () => {
    const registered = await register(demo, REDIRECT_URI, '<img src=x onerror="alert(1)">');
    const { url } = await authorizationRequest(demo, registered);
    const first = await fetch(url, { redirect: 'manual' });
    const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0]);
    const page = await fetch(new URL(first.headers.get('location') ?? '', url), {
      headers: { cookie: cookie.join('; ') },
    });
    const html = await page.text();
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.ok(html.includes('&#60;img src=x'), html);
    assert.ok(!html.includes('<img'), html);
  });
});

describe('demo server options', () => {
  it('accepts statically registered clients with a secret', async () => {
    const staticClients = [
      { clientId: 'desk', clientSecret: 'a secret/with+signs', redirectUris: ['http://127.0.0.1/callback'] },
    ];
    const demo = await startDemo({ staticClients, accessTokenTtlSeconds: 60 });
    try {
      const registered = {
        as: await discover(demo),
        client: { client_id: 'desk', redirect_uris: [REDIRECT_URI] },
      };
      const auth = oauth.ClientSecretBasic('a secret/with+signs');
      const session = await signIn(demo, { registered, auth });
      assert.equal(await statusWith(demo, session.accessToken), 400);
      assert.ok(demo.journal.secrets.has('a secret/with+signs'));
    } finally {
      await demo.close();
    }
  });

  it('closes completely, also open streams', async () => {
    const demo = await startDemo();
    const { accessToken } = await signIn(demo);
    const client = await connectMcp(demo, accessToken);
    await demo.close();
    for (const url of [demo.mcpUrl, demo.issuer]) {
      await assert.rejects(connectTcp(new URL(url)), { code: 'ECONNREFUSED' });
    }
    await client.close();
  });
});

async function discover(demo: Demo): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(demo.issuer);
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

async function register(demo: Demo, redirectUri = REDIRECT_URI, name = 'Unit test'): Promise<Registered> {
  const as = await discover(demo);
  const metadata = {
    client_name: name,
    application_type: 'native',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure);
  return { as, client: await oauth.processDynamicClientRegistrationResponse(response) };
}

function redirectUriOf({ client }: Registered): string {
  const [uri] = client.redirect_uris as readonly string[];
  return uri ?? '';
}

async function authorizationRequest(
  demo: Demo,
  registered: Registered,
  { scope = 'mcp:tools', resource = true } = {},
) {
  const { as, client } = registered;
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUriOf(registered),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    scope,
    state,
    ...(resource ? { resource: demo.mcpUrl } : {}),
  }).toString();
  return { url, state, verifier };
}

interface SignInOptions {
  readonly user?: string;
  readonly scope?: string;
  readonly resource?: boolean;
  readonly registered?: Registered;
  readonly cookies?: CookieJar;
  readonly auth?: oauth.ClientAuth;
}

async function signIn(
  demo: Demo,
  options: SignInOptions = {},
): Promise<SignedIn & { readonly secrets: string[] }> {
  const { user = 'ada', cookies = new CookieJar(), auth = oauth.None(), scope, resource = true } = options;
  const registered = options.registered ?? (await register(demo));
  const { as, client } = registered;
  const { url, state, verifier } = await authorizationRequest(demo, registered, {
    resource,
    ...(scope === undefined ? {} : { scope }),
  });
  const answer = await consent(url.href, { decision: 'allow', user, cookies });
  const parameters = oauth.validateAuthResponse(as, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    auth,
    parameters,
    redirectUriOf(registered),
    verifier,
    { ...insecure, additionalParameters: resource ? { resource: demo.mcpUrl } : {} },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
  assert.ok(tokens.refresh_token, 'a refresh token is issued without offline_access');
  const secrets = [state, verifier, answer.searchParams.get('code') ?? '', tokens.id_token].filter(
    (secret) => secret !== undefined,
  );
  return { ...registered, accessToken: tokens.access_token, refreshToken: tokens.refresh_token, secrets };
}

async function refresh({ as, client }: Registered, token: string): Promise<oauth.TokenEndpointResponse> {
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, insecure);
  return oauth.processRefreshTokenResponse(as, client, response);
}

function bearer(token: string): RequestInit {
  return {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    },
    body: '[]',
  };
}

/** 401: the token is refused; 400: it is accepted, and the empty message is not. */
async function statusWith(demo: Demo, token: string): Promise<number> {
  const response = await fetch(demo.mcpUrl, bearer(token));
  await response.body?.cancel();
  return response.status;
}

async function connectMcp(demo: Demo, accessToken: string): Promise<Client> {
  const client = new Client({ name: 'unit-test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(demo.mcpUrl), {
    requestInit: { headers: { authorization: `Bearer ${accessToken}` } },
  });
  await client.connect(transport as Transport);
  return client;
}

function connectTcp(url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
