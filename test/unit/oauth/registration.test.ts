import assert from 'node:assert/strict';
import type { ClientRegistration } from '../../../src/core/oauth/clientRegistration.ts';
import { createOAuthFetch } from '../../../src/core/oauth/oauthFetch.ts';
import { registerClient } from '../../../src/core/oauth/registration.ts';
import { redirectUri } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Answer, MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, page, redirect, reset, text, unauthorized } from '../../support/reply.ts';

describe('registerClient', () => {
  const suite = authenticationSuite();

  async function register(
    answer?: Answer,
    scope?: string,
  ): Promise<{ readonly server: MisbehavingServer; readonly result: Promise<ClientRegistration> }> {
    const server = await suite.server(() => (answer ? { 'POST /register': answer } : {}));
    const fetch = createOAuthFetch(suite.assemble().ports, new AbortController().signal);
    const metadata = { issuer: server.origin, registration_endpoint: `${server.origin}/register` };
    const result = registerClient(metadata, { redirectUri, scope }, fetch);
    await result.catch(() => undefined);
    return { server, result };
  }

  it('registers a public native client with one redirect URI and refresh tokens', async () => {
    const { server, result } = await register(undefined, 'files:read');
    const { origin, tokenEndpointAuthMethod, clientSecret } = await result;
    assert.deepEqual(
      { origin, tokenEndpointAuthMethod, clientSecret },
      {
        origin: 'dynamic',
        tokenEndpointAuthMethod: 'none',
        clientSecret: undefined,
      },
    );
    assert.deepEqual(JSON.parse(server.requests[0]?.body ?? ''), {
      client_name: 'MCP Auth for VS Code',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      scope: 'files:read',
    });
  });

  it('asks for no scope when there is none', async () => {
    const { server } = await register();
    assert.equal('scope' in JSON.parse(server.requests[0]?.body ?? ''), false);
  });

  it('accepts an answer with HTTP 200, as servers in the field give it', async () => {
    const { result } = await register(json({ client_id: 'editor' }));
    assert.equal((await result).clientId, 'editor');
  });

  const granted: readonly [string, Record<string, unknown>, Partial<ClientRegistration>][] = [
    [
      'a secret for client_secret_basic',
      {
        client_secret: 'secret-1',
        client_secret_expires_at: 0,
        token_endpoint_auth_method: 'client_secret_basic',
      },
      {
        clientSecret: 'secret-1',
        tokenEndpointAuthMethod: 'client_secret_basic',
        secretExpiresAt: undefined,
      },
    ],
    [
      'a secret for client_secret_post that expires',
      {
        client_secret: 'secret-1',
        client_secret_expires_at: 1900000000,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        clientSecret: 'secret-1',
        tokenEndpointAuthMethod: 'client_secret_post',
        secretExpiresAt: 1900000000000,
      },
    ],
    [
      'a secret without a method, which means client_secret_basic',
      { client_secret: 'secret-1', client_secret_expires_at: 0 },
      { clientSecret: 'secret-1', tokenEndpointAuthMethod: 'client_secret_basic' },
    ],
    [
      'a secret without an expiry, which never expires',
      { client_secret: 'secret-1' },
      { clientSecret: 'secret-1', secretExpiresAt: undefined },
    ],
    [
      'a secret that is null, which is none',
      { client_secret: null, client_secret_expires_at: null },
      { clientSecret: undefined, tokenEndpointAuthMethod: 'none' },
    ],
    [
      'an empty secret, which is none',
      { client_secret: '' },
      { clientSecret: undefined, tokenEndpointAuthMethod: 'none' },
    ],
  ];
  for (const [what, metadata, expected] of granted) {
    it(`takes what the server granted: ${what}`, async () => {
      const { result } = await register(json({ client_id: 'editor', ...metadata }, { status: 201 }));
      assert.partialDeepStrictEqual(await result, expected);
    });
  }

  it('quotes and cuts the reason of a refusal', async () => {
    const reason = `"Evil"\n${'x'.repeat(500)}`;
    const { server, result } = await register(
      json({ error: 'invalid_redirect_uri', error_description: reason }, { status: 400 }),
    );
    const cut = JSON.stringify(`${reason.slice(0, 200)}…`);
    await assert.rejects(result, {
      code: 'registration_refused',
      message: `The authorization server ${new URL(server.origin).host} answered "invalid_redirect_uri": ${cut} when asked to register this editor.`,
    });
  });

  const failures: readonly [string, Answer, string][] = [
    [
      'HTTP 401 with a challenge, because registration is not open',
      unauthorized('Bearer'),
      'registration_refused',
    ],
    [
      'HTTP 403 with an OAuth error',
      json({ error: 'access_denied' }, { status: 403 }),
      'registration_refused',
    ],
    ['a page with HTTP 400', page(400), 'registration_refused'],
    ['plain text with HTTP 403', text('No.', 'text/plain', { status: 403 }), 'registration_refused'],
    ['HTTP 429', json({ error: 'too_many' }, { status: 429 }), 'server_error'],
    ['HTTP 500', page(500), 'server_error'],
    ['a page', page(), 'invalid_response'],
    ['a page with HTTP 404', page(404), 'invalid_response'],
    ['a redirect', redirect('/elsewhere'), 'invalid_response'],
    ['no client ID', json({}, { status: 201 }), 'invalid_response'],
    ['truncated JSON', text('{"client_id":"ed', 'application/json', { status: 201 }), 'invalid_response'],
    ['a reset connection', reset, 'network'],
  ];
  for (const [what, answer, code] of failures) {
    it(`fails with ${code} after ${what}`, async () => {
      const { result } = await register(answer);
      await assert.rejects(result, { name: 'AuthError', code });
    });
  }
});
