import assert from 'node:assert/strict';
import type { AuthErrorCode } from '../../../src/core/errors.ts';
import type { Session } from '../../../src/core/session/session.ts';
import type { Assembly, SignInOptions } from '../../support/authenticationPorts.ts';
import { redirectUri } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { type Answer, freshTokens, type MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, redirect, reset, silence, text } from '../../support/reply.ts';

const asRoute = 'GET /.well-known/oauth-authorization-server';

function tokens(changes: Readonly<Record<string, unknown>>): Answer {
  return () => json({ ...freshTokens(), ...changes });
}

describe('token request', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble({ prompt: { askClientSecret: async () => 's:e/c r+e%t&ü' } });
  });

  function signIn(answer?: Answer, options: SignInOptions = {}): Promise<Session> {
    if (answer) {
      server.answer('POST /token', answer);
    }
    return assembly.signIn(server.mcpUrl, options);
  }

  /** Makes the authorization server advertise this way of client authentication only. */
  function require(method: string): void {
    const metadata = { ...server.metadata, token_endpoint_auth_methods_supported: [method] };
    server.answer(asRoute, json(metadata));
  }

  function tokenRequest() {
    const request = server.requests.find(({ route }) => route === 'POST /token');
    return request ?? assert.fail('there was no token request');
  }

  it('redeems the code with verifier, redirect URI, resource and client ID', async () => {
    const { client, resource } = await signIn();
    const { form, headers } = tokenRequest();
    assert.partialDeepStrictEqual(Object.fromEntries(form), {
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      resource: server.mcpUrl,
      client_id: client.clientId,
    });
    assert.ok(form.get('code')?.startsWith('code-'));
    assert.ok((form.get('code_verifier') ?? '').length >= 43);
    assert.equal(headers.authorization, undefined);
    assert.equal(resource, server.mcpUrl);
  });

  it('sends a secret by client_secret_basic, form-encoded first', async () => {
    require('client_secret_basic');
    await signIn(undefined, { clientId: 'my:editor' });
    const { form, headers } = tokenRequest();
    const credentials = headers.authorization?.replace('Basic ', '') ?? '';
    assert.equal(Buffer.from(credentials, 'base64').toString(), 'my%3Aeditor:s%3Ae%2Fc+r%2Be%25t%26%C3%BC');
    assert.equal(form.has('client_secret'), false);
  });

  it('sends a secret by client_secret_post where only that is offered', async () => {
    require('client_secret_post');
    await signIn(undefined, { clientId: 'my:editor' });
    const { form, headers } = tokenRequest();
    assert.equal(form.get('client_secret'), 's:e/c r+e%t&ü');
    assert.equal(headers.authorization, undefined);
  });

  const accepted: readonly [string, Readonly<Record<string, unknown>>, Partial<Session['tokens']>][] = [
    ['without expires_in', { expires_in: undefined }, { expiresAt: undefined }],
    ['with expires_in as text', { expires_in: '3600' }, { expiresAt: Date.UTC(2030, 0, 1, 1) }],
    ['with expires_in null', { expires_in: null }, { expiresAt: undefined }],
    ['that expire at once, which nobody means', { expires_in: 0 }, { expiresAt: undefined }],
    ['with a negative lifetime', { expires_in: -3600 }, { expiresAt: undefined }],
    ['with a lifetime that is no number', { expires_in: 'soon' }, { expiresAt: undefined }],
    ['with a lifetime beyond all dates', { expires_in: 1e15 }, { expiresAt: undefined }],
    ['without a refresh token', { refresh_token: undefined }, { refreshToken: undefined }],
    ['with an empty refresh token', { refresh_token: '' }, { refreshToken: undefined }],
    [
      'with null for everything that it leaves out',
      { refresh_token: null, scope: null },
      { scope: undefined },
    ],
    ['with another scope', { scope: 'a b' }, { scope: 'a b' }],
    ['with a token type in any case', { token_type: 'BEARER' }, { tokenType: 'bearer' }],
    [
      'with an ID token that nobody could verify',
      { id_token: 'not-a.real-id.token' },
      { tokenType: 'bearer' },
    ],
  ];
  for (const [what, changes, expected] of accepted) {
    it(`accepts tokens ${what}`, async () => {
      const session = await signIn(tokens(changes));
      assert.partialDeepStrictEqual(session.tokens, expected);
    });
  }

  it('counts the lifetime of a token from before the request', async () => {
    const before = assembly.clock.now();
    const session = await signIn((request) => {
      assembly.clock.advance(20_000);
      const tell = tokens({ expires_in: '3600' });
      return typeof tell === 'function' ? tell(request) : tell;
    });
    assert.equal(session.tokens.expiresAt, before + 3600_000);
  });

  const oauthError = (error: string, status = 400, headers = {}): Answer =>
    json({ error }, { status, headers });
  const refused: readonly [string, Answer, AuthErrorCode][] = [
    ['invalid_client with HTTP 401', oauthError('invalid_client', 401), 'client_rejected'],
    [
      'invalid_client with HTTP 401 and a challenge',
      oauthError('invalid_client', 401, { 'www-authenticate': 'Basic realm="token"' }),
      'client_rejected',
    ],
    ['invalid_client with HTTP 400', oauthError('invalid_client'), 'client_rejected'],
    ['unauthorized_client', oauthError('unauthorized_client'), 'client_rejected'],
    ['invalid_grant', oauthError('invalid_grant'), 'authorization_refused'],
    ['a page with HTTP 400', page(400), 'invalid_response'],
    ['a page with HTTP 200', page(), 'invalid_response'],
    ['HTTP 500', page(500), 'server_error'],
    ['HTTP 429', page(429), 'server_error'],
    ['HTTP 429 with an OAuth error', oauthError('slow_down', 429), 'server_error'],
    ['a redirect', redirect('/elsewhere', 307), 'invalid_response'],
    ['truncated JSON', text('{"access_token":"abc","tok', 'application/json'), 'invalid_response'],
    [
      'more than 1 MB',
      text(JSON.stringify({ ...freshTokens(), x: 'x'.repeat(1_000_000) }), 'application/json'),
      'invalid_response',
    ],
    ['a reset connection', reset, 'network'],
    ['no access token', tokens({ access_token: undefined }), 'invalid_response'],
    ['an empty access token', tokens({ access_token: '' }), 'invalid_response'],
    ['no token type', tokens({ token_type: undefined }), 'invalid_response'],
    ['a token type that was not asked for, DPoP', tokens({ token_type: 'DPoP' }), 'invalid_response'],
    ['an unknown token type', tokens({ token_type: 'N_A' }), 'invalid_response'],
    ['a token that no header could carry', tokens({ access_token: 'a\r\nx-admin: yes' }), 'invalid_response'],
    ['a token beyond ASCII', tokens({ access_token: 'zugang-ü' }), 'invalid_response'],
    ['a token that is no text', tokens({ access_token: { toString: 'x' } }), 'invalid_response'],
  ];
  for (const [what, answer, code] of refused) {
    it(`ends with ${code}, without a session, after ${what}`, async () => {
      await assert.rejects(signIn(answer), { name: 'AuthError', code });
      assert.equal(assembly.sessions.get(server.mcpUrl), undefined);
      assert.equal(assembly.authenticator.failure(server.mcpUrl)?.code, code);
      assert.equal(assembly.secrets.values.size, 0);
    });
  }

  it('ends with timeout when the token endpoint is silent for 30 seconds', async () => {
    const received = server.next('POST /token');
    const session = signIn(silence);
    await received;
    assembly.clock.advance(30_000);
    await assert.rejects(session, { code: 'timeout', remedy: 'retry' });
    assert.equal(assembly.secrets.values.size, 0);
  });

  it('redoes a stored registration by itself when its client is rejected, and signs in with the new one', async () => {
    const first = await signIn();
    server.answer('POST /token', ({ form }) =>
      form.get('client_id') === first.client.clientId
        ? json({ error: 'invalid_client' }, { status: 401 })
        : json(freshTokens()),
    );
    const second = await signIn();
    assert.notEqual(second.client.clientId, first.client.clientId);
    assert.equal(server.asked.filter((route) => route === 'POST /register').length, 2);
    assert.equal(assembly.opened.length, 3);
  });

  it('redoes a registration once only: a server that rejects every client ends the sign-in', async () => {
    await signIn();
    server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 }));
    await assert.rejects(signIn(), { code: 'client_rejected' });
    assert.equal(server.asked.filter((route) => route === 'POST /register').length, 2);
    assert.equal(assembly.opened.length, 3);
  });

  it('keeps a stored registration after any other failure', async () => {
    const first = await signIn();
    await assert.rejects(signIn(json({ error: 'invalid_grant' }, { status: 400 })));
    const second = await signIn(() => json(freshTokens()));
    assert.equal(second.client.clientId, first.client.clientId);
  });

  it('keeps the session of before when signing in again fails', async () => {
    const first = await signIn();
    await assert.rejects(signIn(page(500)), { code: 'server_error' });
    assert.equal(assembly.sessions.get(server.mcpUrl)?.tokens.accessToken, first.tokens.accessToken);
  });
});
