import assert from 'node:assert/strict';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { WorkersProvider } from './servers/workersProvider.ts';
import { Traveller } from './traveller.ts';

const redirectUri = 'vscode://mcp-auth.mcp-auth/callback';

describe('A server like those on workers-oauth-provider', () => {
  const suite = authenticationSuite();
  let server: WorkersProvider;
  let traveller: Traveller;
  beforeEach(async () => {
    server = new WorkersProvider(suite.started(await openOrigin()));
    traveller = new Traveller(suite.assemble({ redirectUri }), server.mcpUrl);
  });

  it('is signed in to through localhost after it refused the custom scheme, and answers that session', async () => {
    const { tokens, requestedScope } = await traveller.signIn();
    assert.deepEqual(
      server.ledger.registrations.map(({ redirect_uris: uris }) => uris),
      [[redirectUri], ['http://localhost:4712/callback']],
    );
    assert.match(tokens.accessToken, /^user1:[^:]+:[^:]+$/);
    assert.deepEqual([tokens.scope, requestedScope], [undefined, 'read']);
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('gets the resource that it names with every request', async () => {
    await traveller.signIn();
    await traveller.connectAfterExpiry();
    const asked = [...server.ledger.authorizations, ...server.ledger.tokenRequests];
    assert.deepEqual(
      asked.map((parameters) => parameters.get('resource')),
      [server.mcpUrl, server.mcpUrl, server.mcpUrl],
    );
  });

  it('refreshes three times, each with the token of the time before', async () => {
    await traveller.signIn();
    const refreshTokens = await traveller.refreshThreeTimes();
    assert.equal(new Set(refreshTokens).size, 4);
    assert.deepEqual(
      server.ledger.refreshes.map((form) => form.get('refresh_token')),
      refreshTokens.slice(0, 3),
    );
  });

  it('takes the refresh token of before once more when its answer was lost', async () => {
    const { tokens } = await traveller.signIn();
    server.loseNextRefresh();
    await assert.rejects(traveller.connectAfterExpiry(), { code: 'network' });
    assert.equal(traveller.session.tokens.refreshToken, tokens.refreshToken);
    await traveller.connect();
    assert.deepEqual(
      server.ledger.refreshes.map((form) => form.get('refresh_token')),
      [tokens.refreshToken, tokens.refreshToken],
    );
    assert.notEqual(traveller.session.tokens.refreshToken, tokens.refreshToken);
  });

  it('gives the scope for a tool that takes more', async () => {
    await traveller.stepUp('read', 'read write');
    // A server may take a client at its word: for more scopes there is another registration.
    assert.deepEqual(
      server.ledger.registrations.map(({ scope }) => scope),
      ['read', 'read', 'read write'],
    );
  });

  it('revokes both tokens, which its token endpoint does', async () => {
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    assert.deepEqual(
      server.ledger.revocations.map((form) => form.get('token')),
      [session.tokens.refreshToken, session.tokens.accessToken],
    );
    await traveller.assertRevoked(session);
  });

  it('is signed in to again through localhost at once', async () => {
    await traveller.signInTwice();
    assert.equal(server.ledger.registrations.length, 2);
  });
});
