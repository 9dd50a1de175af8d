import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { advertisesPkce, createAuthorizationRequest } from '../../../src/core/oauth/authorizationRequest.ts';

const server = {
  issuer: 'https://as.example',
  authorization_endpoint: 'https://as.example/authorize?tenant=7',
  code_challenge_methods_supported: ['S256'],
};
const parameters = {
  clientId: 'editor',
  redirectUri: 'vscode://mcp-auth.mcp-auth/callback?windowId=1',
  scope: 'files:read files:write',
  resource: 'https://mcp.example/mcp',
  mayAskConsent: true,
};

describe('createAuthorizationRequest', () => {
  it('asks for a code with PKCE S256, state and resource', async () => {
    const { url, state, codeVerifier, redirectUri } = await createAuthorizationRequest(server, parameters);
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      tenant: '7',
      response_type: 'code',
      client_id: 'editor',
      redirect_uri: parameters.redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      resource: parameters.resource,
      scope: parameters.scope,
    });
    assert.equal(redirectUri, parameters.redirectUri);
    assert.equal(url.origin + url.pathname, 'https://as.example/authorize');
  });

  it('makes another state and verifier each time, both long', async () => {
    const [one, other] = await Promise.all([
      createAuthorizationRequest(server, parameters),
      createAuthorizationRequest(server, parameters),
    ]);
    assert.notEqual(one.state, other.state);
    assert.notEqual(one.codeVerifier, other.codeVerifier);
    assert.ok(one.state.length >= 43 && one.codeVerifier.length >= 43);
  });

  it('sends no scope when there is none to ask for', async () => {
    const { url } = await createAuthorizationRequest(server, { ...parameters, scope: undefined });
    assert.equal(url.searchParams.has('scope'), false);
  });

  for (const [scope, prompt] of [
    ['a offline_access', 'consent'],
    ['offline_access_all', null],
  ] as const) {
    it(`${prompt ? 'asks' : 'does not ask'} for consent with the scope "${scope}"`, async () => {
      const { url } = await createAuthorizationRequest(server, { ...parameters, scope });
      assert.equal(url.searchParams.get('prompt'), prompt);
    });
  }

  it('does not ask for consent where that is not for every person to give', async () => {
    const scope = 'a offline_access';
    const { url } = await createAuthorizationRequest(server, { ...parameters, scope, mayAskConsent: false });
    assert.equal(url.searchParams.has('prompt'), false);
  });

  it('refuses a server without a page to sign in at', async () => {
    await assert.rejects(createAuthorizationRequest({ issuer: server.issuer }, parameters), {
      code: 'invalid_response',
      message: /^The authorization server as\.example has no page/,
    });
  });
});

describe('advertisesPkce', () => {
  const cases: readonly [string, unknown, boolean][] = [
    ['S256 among other methods', ['plain', 'S256'], true],
    ['nothing', undefined, false],
    ['an empty list', [], false],
    ['plain only', ['plain'], false],
    ['a string instead of a list', 'S256', false],
    ['the name in lower case', ['s256'], false],
  ];
  for (const [what, methods, expected] of cases) {
    it(`is ${expected} for ${what}`, () => {
      const { code_challenge_methods_supported: _methods, ...rest } = server;
      const metadata =
        methods === undefined ? rest : { ...rest, code_challenge_methods_supported: methods as string[] };
      assert.equal(advertisesPkce(metadata), expected);
    });
  }
});
