import assert from 'node:assert/strict';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import type { AuthenticationRequest } from '../../src/core/oauth/authentication.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { type Origin, openOrigin } from './origin.ts';

const { signal } = new AbortController();
const interaction: AuthenticationRequest = {
  serverUrl: new URL('https://mcp.example/mcp'),
  transport: 'http',
  signal,
  onStep: () => undefined,
};

describe('oauth2-mock-server, as the identity provider', () => {
  const suite = authenticationSuite();
  let origin: Origin;
  beforeEach(async () => {
    origin = suite.started(await openOrigin());
    const issuer = new OAuth2Issuer();
    issuer.url = origin.url;
    await issuer.keys.generate('RS256');
    origin.app.use(new OAuth2Service(issuer).requestHandler);
  });

  it('gives an ID token for the nonce that was sent, and another for its refresh token', async () => {
    const { ports, opened } = suite.assemble({
      identityProvider: { issuer: origin.url, clientId: 'the-editor' },
      prompt: { askClientSecret: async () => '' },
    });
    const first = await ports.identityProvider.identity({ interaction, signal });
    const { iss, aud, nonce } = JSON.parse(atob(first.idToken.split('.')[1] ?? ''));
    assert.deepEqual([iss, aud, nonce], [origin.url, 'the-editor', opened[0]?.searchParams.get('nonce')]);
    assert.equal(first.authority.server.token_endpoint, `${origin.url}/token`);
    // By the clock of the test, years have passed since: the refresh token serves.
    const second = await ports.identityProvider.identity({ signal });
    assert.notEqual(second.idToken, first.idToken);
    assert.deepEqual(
      [opened.length, origin.journal.requests.filter(({ url }) => url === '/token').length],
      [1, 2],
    );
  });
});
