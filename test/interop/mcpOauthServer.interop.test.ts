import assert from 'node:assert/strict';
import express, { type Request } from 'express';
import {
  authenticateHandler,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthRouter,
  OAuthServer,
  requireBearerAuth,
} from 'mcp-oauth-server';
import type { AssemblyOptions } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { escapeHtml } from '../support/demo/page.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { clientDocument, clientMetadataUrl, documentRedirects } from './clientDocument.ts';
import { endpointName, serveMcp } from './mcpEndpoint.ts';
import { type Origin, openOrigin } from './origin.ts';
import { byTool } from './servers/guard.ts';
import { Traveller } from './traveller.ts';

const scopes = ['mcp:tools', 'mcp:write'];

describe('mcp-oauth-server', () => {
  const suite = authenticationSuite();
  let origin: Origin;
  let traveller: Traveller;
  let redirect: URL | undefined;
  const travel = (options: AssemblyOptions = {}) => {
    const browser = async (url: URL) => {
      redirect = await consent(url.href, { decision: 'allow' });
      return redirect;
    };
    return new Traveller(suite.assemble({ browser, ...options }), `${origin.url}/mcp`);
  };
  beforeEach(async () => {
    origin = suite.started(await openOrigin());
    serve(origin);
    traveller = travel();
  });

  it('signs in with consent, at an issuer with a trailing slash, and the MCP server answers that session', async () => {
    const { client, authorizationServer } = await traveller.signIn();
    assert.equal(client.origin, 'dynamic');
    assert.match(authorizationServer.issuer, /\/$/);
    assert.equal(redirect?.searchParams.get('iss'), authorizationServer.issuer);
    const { serverName, toolCount } = await traveller.connect();
    assert.deepEqual([serverName, toolCount], [endpointName, 2]);
  });

  it('refreshes three times, with another refresh token each time', async () => {
    await traveller.signIn();
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
  });

  it('revokes both tokens when signing out', async () => {
    const session = await traveller.signIn();
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(session);
  });

  it('signs in again without another registration', async () => {
    await traveller.signInTwice('/register');
  });

  for (const [redirectUri, origin] of documentRedirects) {
    it(`knows the client by its metadata document or not: ${origin} with ${redirectUri}`, async () => {
      const { client } = await travel({ redirectUri, clientMetadataUrl }).signIn();
      assert.equal(client.origin, origin);
    });
  }

  it('gives the scope for a tool that takes more', async () => {
    const { tokens } = await traveller.stepUp('mcp:tools', 'mcp:tools mcp:write');
    assert.equal(tokens.scope, 'mcp:tools mcp:write');
  });

  it('knows the editor by its metadata document, without a registration', async () => {
    traveller = travel({ clientMetadataUrl });
    const { client } = await traveller.signIn();
    assert.deepEqual([client.origin, client.clientId], ['metadataDocument', clientMetadataUrl]);
    await traveller.connect();
    assert.equal(new Set(await traveller.refreshThreeTimes()).size, 4);
    const session = traveller.session;
    assert.equal(await traveller.signOut(), 'revoked');
    await traveller.assertRevoked(session);
    await traveller.signIn();
    assert.equal(
      origin.journal.count(({ url }) => url === '/register'),
      0,
    );
  });
});

/** MCP server and authorization server on one origin, with a page that asks. */
function serve({ url, app }: Origin): void {
  const mcpUrl = new URL('/mcp', url);
  const provider = new OAuthServer({
    issuerUrl: new URL(url),
    authorizationUrl: new URL('/consent', url),
    resourceServerUrl: mcpUrl,
    scopesSupported: scopes,
    clientIdMetadataDocuments: { fetch: async () => Response.json(clientDocument) },
  });
  app.use(mcpAuthRouter({ provider, resourceServerUrl: mcpUrl, scopesSupported: ['mcp:tools'] }));
  app.get('/consent', (request, response) => void response.send(consentPage(new URL(request.url, url))));
  app.use('/confirm', express.urlencoded(), authenticateHandler({ provider, getUser }));
  const require = (requiredScopes: string[]) =>
    requireBearerAuth({
      verifier: provider,
      requiredScopes,
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(mcpUrl),
      resource: mcpUrl,
    });
  app.use('/mcp', express.json(), byTool(require(['mcp:tools']), require(['mcp:write'])), serveMcp);
}

function consentPage({ searchParams }: URL): string {
  const inputs = [...searchParams, ['user', 'ada']].map(
    ([name = '', value = '']) => `<input name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" action="/confirm">${inputs.join('')}</form>`;
}

function getUser(request: Request): string {
  return request.body.decision === 'allow' ? request.body.user : '';
}
