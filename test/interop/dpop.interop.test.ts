import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Provider } from 'oidc-provider';
import { generateDpopKey } from '../../src/core/oauth/dpopKey.ts';
import type { Assembly } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { createConfiguration } from '../support/demo/authorizationConfiguration.ts';
import { createConsentRoutes } from '../support/demo/consentRoutes.ts';
import { createMemoryStore } from '../support/demo/memoryStore.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { createTokenTap } from '../support/demo/tokenTap.ts';
import { type DpopProof, hashOf, readProof } from '../support/dpopProof.ts';
import { endpointName, serveMcp } from './mcpEndpoint.ts';
import { type Origin, openOrigin } from './origin.ts';
import { Traveller } from './traveller.ts';

for (const [title, requiresNonce] of [
  ['oidc-provider with DPoP', false],
  ['oidc-provider with DPoP and nonces', true],
] as const) {
  describe(title, () => {
    const suite = authenticationSuite();
    let origin: Origin;
    let proofs: DpopProof[];
    let assembly: Assembly;
    let traveller: Traveller;

    beforeEach(async () => {
      origin = suite.started(await openOrigin());
      const resourceOrigin = suite.started(await openOrigin());
      const mcpUrl = `${resourceOrigin.url}/mcp`;
      proofs = [];
      const provider = createProvider(origin, mcpUrl, requiresNonce);
      resourceOrigin.app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
        response.json({
          resource: mcpUrl,
          authorization_servers: [origin.url],
          scopes_supported: ['mcp:tools', 'offline_access'],
          dpop_bound_access_tokens_required: true,
        });
      });
      resourceOrigin.app.use('/mcp', requireBound(provider, mcpUrl, proofs), serveMcp);
      assembly = suite.assemble({ browser: (url) => consent(url.href, { decision: 'allow' }) });
      traveller = new Traveller(assembly, mcpUrl);
    });

    it('signs in, and the MCP server answers that session', async () => {
      const { tokens, dpop } = await traveller.signIn();
      assert.deepEqual([tokens.tokenType, dpop?.algorithm], ['dpop', 'ES256']);
      const { serverName, toolCount } = await traveller.connect();
      assert.deepEqual([serverName, toolCount], [endpointName, 2]);
      assert.equal(new Set(proofs.map(({ claims }) => claims.jti)).size, proofs.length);
    });

    it('refreshes three times, with the same key', async () => {
      await traveller.signIn();
      await traveller.refreshThreeTimes();
      assert.equal(origin.journal.refreshes.filter(({ status }) => status === 200).length, 3);
      assert.equal(new Set(proofs.map(({ thumbprint }) => thumbprint)).size, 1);
    });

    it('refuses both tokens with another key', async () => {
      const session = await traveller.signIn();
      const dpop = await generateDpopKey({ algorithm: 'ES256', requiredByServer: true });
      await assembly.sessions.put({ ...session, dpop });
      await assert.rejects(traveller.connect(), { code: 'session_expired' });
      assert.deepEqual(
        origin.journal.refreshes.filter(({ status }) => status === 200),
        [],
      );
    });
  });
}

function createProvider(origin: Origin, resource: string, requiresNonce: boolean): Provider {
  const { adapter } = createMemoryStore();
  const configuration = createConfiguration({
    issuer: origin.url,
    resource,
    staticClients: [],
    adapter,
    accessTokenTtl: () => 3600,
  });
  const dPoP = { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => requiresNonce };
  const provider = new Provider(origin.url, {
    ...configuration,
    features: { ...configuration.features, dPoP },
  });
  provider.use(createTokenTap(origin.journal));
  provider.use(createConsentRoutes(provider));
  origin.app.use(provider.callback());
  return provider;
}

/** Lets requests pass whose token is bound to the key that they prove. */
function requireBound(provider: Provider, url: string, proofs: DpopProof[]): RequestHandler {
  return async (request, response, next) => {
    const [, token = ''] = /^DPoP (\S+)$/.exec(request.get('authorization') ?? '') ?? [];
    if (token === '') {
      response.status(401).set('WWW-Authenticate', 'DPoP algs="ES256"').end();
      return;
    }
    const proof = readProof(request.get('dpop'));
    proofs.push(proof);
    const found = await provider.AccessToken.find(token);
    const { htm, htu, ath } = proof.claims;
    const isRight = htm === request.method && htu === url && ath === hashOf(token);
    if (!isRight || found?.aud !== url || found.jkt !== proof.thumbprint) {
      response.status(401).set('WWW-Authenticate', 'DPoP error="invalid_token"').end();
      return;
    }
    next();
  };
}
