import assert from 'node:assert/strict';
import type { AssemblyOptions } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import type { Demo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { clientDocument, clientMetadataUrl, documentRedirects } from './clientDocument.ts';
import { endpointName } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { serveScopedOidcProvider } from './servers/scopedOidcProvider.ts';
import { Traveller } from './traveller.ts';

describe('oidc-provider', () => {
  const suite = authenticationSuite();
  let demo: Demo;
  let traveller: Traveller;
  beforeEach(async () => {
    demo = await suite.demo();
    const browser = (url: URL) => consent(url.href, { decision: 'allow' });
    traveller = new Traveller(suite.assemble({ browser }), demo.mcpUrl);
  });

  it('signs in, and the MCP server answers that session', async () => {
    const { client, authorizationServer } = await traveller.signIn();
    assert.equal(client.origin, 'dynamic');
    assert.equal(authorizationServer.issuer, demo.issuer);
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], ['mcp-auth-demo', 2]);
  });

  it('refreshes three times, with the refresh token that the time before gave', async () => {
    await traveller.signIn();
    const refreshTokens = await traveller.refreshThreeTimes();
    assert.equal(new Set(refreshTokens).size, 4);
    assert.deepEqual(
      demo.journal.refreshes.map(({ presented, status }) => [presented, status]),
      refreshTokens.slice(0, 3).map((token) => [token, 200]),
    );
  });

  it('revokes both tokens when signing out', async () => {
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    assert.deepEqual(
      demo.journal.revocations.map(({ token, status }) => [token, status]),
      [session.tokens.refreshToken, session.tokens.accessToken].map((token) => [token, 200]),
    );
    await traveller.assertRevoked(session);
  });

  it('signs in again without another registration', async () => {
    await traveller.signInTwice('/reg');
  });

  for (const [redirectUri, origin] of documentRedirects) {
    it(`knows the client by its metadata document or not: ${origin} with ${redirectUri}`, async () => {
      const { mcpUrl } = await suite.demo({ clientDocuments: { [clientMetadataUrl]: clientDocument } });
      const browser = (url: URL) => consent(url.href, { decision: 'allow' });
      const assembly = suite.assemble({ browser, redirectUri, clientMetadataUrl });
      assert.equal((await new Traveller(assembly, mcpUrl).signIn()).client.origin, origin);
    });
  }
});

describe('oidc-provider with several scopes', () => {
  const suite = authenticationSuite();
  const travel = async (options: AssemblyOptions = {}) => {
    const resource = suite.started(await openOrigin());
    const authorization = suite.started(await openOrigin());
    const mcpUrl = serveScopedOidcProvider({ resource, authorization }, clientDocument);
    const browser = (url: URL) => consent(url.href, { decision: 'allow' });
    const assembly = suite.assemble({ browser, ...options });
    return { assembly, authorization, traveller: new Traveller(assembly, mcpUrl) };
  };
  const [before, after] = ['mcp:tools offline_access', 'mcp:tools offline_access mcp:write'];

  it('gives the scope for a tool that takes more to a client that it had registered for less', async () => {
    const { traveller } = await travel();
    const { client, tokens } = await traveller.stepUp(before, after);
    assert.equal(client.origin, 'dynamic');
    assert.equal(tokens.scope, 'mcp:tools mcp:write');
  });

  it('knows the editor by its metadata document, without a registration', async () => {
    const { traveller, authorization } = await travel({ clientMetadataUrl });
    const { client } = await traveller.signIn();
    assert.deepEqual([client.origin, client.clientId], ['metadataDocument', clientMetadataUrl]);
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
    assert.equal(
      authorization.journal.count(({ url }) => url === '/reg'),
      0,
    );
  });

  it('gives a client with a metadata document the scope for a tool that takes more', async () => {
    const { traveller } = await travel({ clientMetadataUrl });
    await traveller.stepUp(before, after);
  });

  it('revokes the tokens of a client with a metadata document, which signs in again', async () => {
    const { traveller } = await travel({ clientMetadataUrl });
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(session);
    await traveller.signIn();
    await traveller.connect();
  });
});
