import assert from 'node:assert/strict';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { serveWorkersOauthProvider } from './servers/workersOauthProvider.ts';
import { Traveller } from './traveller.ts';

describe('workers-oauth-provider', () => {
  const suite = authenticationSuite();
  let assembly: Assembly;
  let traveller: Traveller;
  beforeEach(async () => {
    const mcpUrl = await serveWorkersOauthProvider(suite.started(await openOrigin()));
    assembly = suite.assemble({ redirectUri: 'vscode://mcp-auth.mcp-auth/callback' });
    traveller = new Traveller(assembly, mcpUrl);
  });

  it('signs in through localhost, since it refuses the custom scheme, and the MCP server answers', async () => {
    const { client, tokens } = await traveller.signIn();
    assert.equal(client.origin, 'dynamic');
    assert.equal(assembly.opened[0]?.searchParams.get('redirect_uri'), 'http://localhost:4712/callback');
    assert.match(tokens.accessToken, /^ada:[^:]+:[^:]+$/);
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('refreshes three times, with another refresh token each time', async () => {
    await traveller.signIn();
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
  });

  it('gives the scope for a tool that takes more', async () => {
    const { tokens } = await traveller.stepUp('read', 'read write');
    assert.equal(tokens.scope, 'read write');
  });

  it('revokes both tokens when signing out', async () => {
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(session);
  });

  it('signs in again without another registration', async () => {
    await traveller.signInTwice();
    const registrations = assembly.sent.filter((url) => new URL(url).pathname === '/register');
    // The first of these was refused.
    assert.equal(registrations.length, 2);
  });
});
