import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import Provider, { type AsymmetricSigningAlgorithm, type ClientMetadata } from 'oidc-provider';
import type { SignInOptions } from '../support/authenticationPorts.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { createMemoryStore } from '../support/demo/memoryStore.ts';
import { ecKey, edKey, type PrivateKeyForms, rsaKey } from '../support/privateKeys.ts';
import { type Origin, openOrigin } from './origin.ts';

const secret = 'secret-from-the-portal-that-is-long-enough';
const machine = { grantType: 'client_credentials', clientId: 'machine' } as const;

describe('oidc-provider, by client credentials', () => {
  const suite = authenticationSuite();

  /** The provider with one client, and an MCP server that it issues tokens for, at one origin. */
  async function start(
    client: Partial<ClientMetadata>,
    algorithms: AsymmetricSigningAlgorithm[],
  ): Promise<Origin> {
    const origin = suite.started(await openOrigin());
    const resource = `${origin.url}/mcp`;
    const provider = new Provider(origin.url, {
      // What follows is for its console to stay quiet.
      adapter: createMemoryStore().adapter,
      jwks: { keys: [{ ...rsaKey().jwk, kty: 'RSA', alg: 'RS256', use: 'sig' }] },
      ttl: { ClientCredentials: 600 },
      clients: [
        {
          client_id: machine.clientId,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          ...client,
        },
      ],
      clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      enabledJWA: { clientAuthSigningAlgValues: algorithms },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        revocation: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: 'deploy',
            accessTokenTTL: 600,
            accessTokenFormat: 'opaque',
          }),
        },
      },
    });
    origin.app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
      response.json({ resource, authorization_servers: [origin.url], scopes_supported: ['deploy'] });
    });
    origin.app.post('/mcp', (_request, response) => {
      response.status(401).end();
    });
    origin.app.use(provider.callback());
    return origin;
  }

  async function signIn(origin: Origin, options: SignInOptions, key?: PrivateKeyForms) {
    const { signIn, refresher, clock } = suite.assemble({
      prompt: {
        askApproveGrant: async () => true,
        askClientSecret: async () => secret,
        ...(key ? { askPrivateKey: async () => key.pem } : {}),
      },
    });
    const { tokens } = await signIn(`${origin.url}/mcp`, options);
    assert.equal(tokens.scope, 'deploy');
    clock.advance(600_000);
    const renewed = await refresher.fresh(`${origin.url}/mcp`);
    assert.notEqual(renewed.tokens.accessToken, tokens.accessToken);
  }

  for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
    it(`gives tokens for a secret by ${method}, time after time`, async () => {
      const client = { client_secret: secret, token_endpoint_auth_method: method };
      await signIn(await start(client, ['ES256']), { ...machine, tokenEndpointAuthMethod: method });
    });
  }

  for (const [algorithm, key] of [
    ['ES256', ecKey('P-256')],
    ['ES384', ecKey('P-384')],
    ['ES512', ecKey('P-521')],
    ['RS256', rsaKey()],
    ['PS256', rsaKey()],
    ['EdDSA', edKey()],
    ['Ed25519', edKey()],
  ] as const) {
    it(`gives tokens for assertions that are signed by ${algorithm}`, async () => {
      const jwk = createPublicKey(key.publicPem).export({ format: 'jwk' });
      const client = { jwks: { keys: [jwk] }, token_endpoint_auth_method: 'private_key_jwt' } as const;
      const options = { ...machine, tokenEndpointAuthMethod: 'private_key_jwt' } as const;
      await signIn(await start(client as Partial<ClientMetadata>, [algorithm]), options, key);
    });
  }
});
