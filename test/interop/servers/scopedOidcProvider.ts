import { type Configuration, Provider } from 'oidc-provider';
import type { ClientMetadataDocument } from '../../../src/core/oauth/clientMetadataDocument.ts';
import { createConfiguration } from '../../support/demo/authorizationConfiguration.ts';
import { createConsentRoutes } from '../../support/demo/consentRoutes.ts';
import { createMemoryStore } from '../../support/demo/memoryStore.ts';
import { createTokenTap } from '../../support/demo/tokenTap.ts';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { guard } from './guard.ts';

/** The scopes that its MCP server knows. */
export const scopes = { read: 'mcp:tools', write: 'mcp:write' };

/**
 * oidc-provider in front of an MCP server whose tools take different scopes, and with support for client ID
 * metadata documents. It never leaves this machine: the one document that there is comes from here.
 *
 * @returns the URL of the MCP server
 */
export function serveScopedOidcProvider(
  { resource, authorization }: { readonly resource: Origin; readonly authorization: Origin },
  document: ClientMetadataDocument,
): string {
  const mcpUrl = `${resource.url}/mcp`;
  const issuer = authorization.url;
  const provider = new Provider(issuer, configure(issuer, mcpUrl, document));
  provider.use(createTokenTap(authorization.journal));
  provider.use(createConsentRoutes(provider));
  authorization.app.use(provider.callback());

  const metadataPath = '/.well-known/oauth-protected-resource/mcp';
  resource.app.get(metadataPath, (_request, response) => {
    response.json({ resource: mcpUrl, authorization_servers: [issuer], scopes_supported: [scopes.read] });
  });
  resource.app.use(
    '/mcp',
    guard({
      grantOf: async (token) => {
        const found = await provider.AccessToken.find(token);
        return found?.aud === mcpUrl ? { scope: [...found.scopes].join(' ') } : undefined;
      },
      challenge: { resource_metadata: resource.url + metadataPath },
      writeScope: scopes.write,
    }),
    serveMcp,
  );
  return mcpUrl;
}

function configure(issuer: string, resource: string, document: ClientMetadataDocument): Configuration {
  const configuration = createConfiguration({
    issuer,
    resource,
    staticClients: [],
    adapter: createMemoryStore().adapter,
    accessTokenTtl: () => 3600,
  });
  const api = {
    scope: `${scopes.read} ${scopes.write}`,
    audience: resource,
    accessTokenFormat: 'opaque' as const,
  };
  return {
    ...configuration,
    scopes: ['openid', 'offline_access', scopes.read, scopes.write],
    fetch: async (url) =>
      String(url) === document.client_id ? Response.json(document) : new Response('', { status: 404 }),
    features: {
      ...configuration.features,
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      resourceIndicators: { ...configuration.features?.resourceIndicators, getResourceServerInfo: () => api },
    },
  };
}
