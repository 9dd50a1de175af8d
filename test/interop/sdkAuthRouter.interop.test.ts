import assert from 'node:assert/strict';
import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import type { OAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import express from 'express';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { endpointName, serveMcp } from './mcpEndpoint.ts';
import { openOrigin } from './origin.ts';
import { RotatingProvider } from './rotatingProvider.ts';
import { byTool } from './servers/guard.ts';
import { Traveller } from './traveller.ts';

describe('mcpAuthRouter of the MCP SDK', () => {
  const suite = authenticationSuite();

  /** MCP server and authorization server on one origin; it redirects at once, without `iss`. */
  async function travellerTo(provider: OAuthServerProvider): Promise<Traveller> {
    const { url, app } = suite.started(await openOrigin());
    const mcpUrl = new URL('/mcp', url);
    const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(mcpUrl);
    app.use(
      mcpAuthRouter({
        provider,
        issuerUrl: new URL(url),
        resourceServerUrl: mcpUrl,
        scopesSupported: ['mcp:tools'],
      }),
    );
    const require = (requiredScopes: string[]) =>
      requireBearerAuth({
        verifier: provider,
        requiredScopes,
        resourceMetadataUrl,
        expectedResource: mcpUrl,
      });
    app.use('/mcp', express.json(), byTool(require(['mcp:tools']), require(['mcp:write'])), serveMcp);
    return new Traveller(suite.assemble(), mcpUrl.href);
  }

  describe('with a provider that rotates and revokes', () => {
    let traveller: Traveller;
    beforeEach(async () => {
      traveller = await travellerTo(new RotatingProvider());
    });

    it('signs in at an issuer with a trailing slash, and the MCP server answers that session', async () => {
      const { client, authorizationServer } = await traveller.signIn();
      assert.equal(client.origin, 'dynamic');
      assert.match(authorizationServer.issuer, /\/$/);
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

    it('gives the scope for a tool that takes more', async () => {
      await traveller.stepUp('mcp:tools', 'mcp:tools mcp:write');
    });
  });

  describe('with its demo provider, which has neither refresh tokens nor revocation', () => {
    let traveller: Traveller;
    beforeEach(async () => {
      traveller = await travellerTo(new DemoInMemoryAuthProvider());
    });

    it('signs in, and the MCP server answers until the session expires', async () => {
      const { tokens } = await traveller.signIn();
      assert.equal(tokens.refreshToken, undefined);
      const { serverName, toolCount } = await traveller.connect();
      assert.deepEqual([serverName, toolCount], [endpointName, 2]);
      await assert.rejects(traveller.connectAfterExpiry(), { code: 'session_expired' });
    });

    it('signs out although nothing can be revoked', async () => {
      await traveller.signIn();
      assert.equal(await traveller.signOut(), 'notOffered');
    });

    it('signs in again without another registration', async () => {
      await traveller.signInTwice('/register');
    });
  });
});
