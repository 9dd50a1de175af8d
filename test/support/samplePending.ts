import type { PendingRecord } from '../../src/core/oauth/pendingSignIn.ts';
import { sampleTime } from './sampleSession.ts';

/** The record of a sign-in with everything in it, good for ten minutes. */
export function samplePending(changes: Partial<PendingRecord> = {}): PendingRecord {
  return {
    authorization: {
      url: new URL('https://as.example/authorize?state=state-1&scope=a%20b&redirect_uri=x%3Fy%3D%2526'),
      redirectUri: 'https://code.example/callback?vscode-reqid=1',
      state: 'state-1',
      codeVerifier: 'code-verifier-1',
    },
    redirectKind: 'loopback',
    localPort: 4711,
    server: {
      issuer: 'https://as.example',
      authorization_endpoint: 'https://as.example/authorize',
      token_endpoint: 'https://as.example/token',
      authorization_response_iss_parameter_supported: true,
    },
    client: {
      origin: 'preRegistered',
      clientId: 'client-1',
      clientSecret: 'client-secret-1',
      tokenEndpointAuthMethod: 'client_secret_post',
      secretExpiresAt: sampleTime + 86_400_000,
    },
    resource: 'https://mcp.example/mcp',
    scopes: { requested: 'mcp:tools', registered: 'mcp:tools mcp:admin' },
    serverUrl: new URL('https://mcp.example/mcp/'),
    transport: 'http',
    oauth: {
      authServerMetadataUrl: 'https://as.example/metadata',
      clientId: 'client-1',
      scopes: 'mcp:tools',
    },
    dpop: {
      algorithm: 'ES256',
      requiredByServer: true,
      privateKey: { kty: 'EC', crv: 'P-256', x: 'x-of-the-key', y: 'y-of-the-key', d: 'd-of-the-key' },
    },
    isUnverified: true,
    createdAt: sampleTime,
    expiresAt: sampleTime + 600_000,
    windowId: 'window-1',
    workspace: 'workspace-1',
    ...changes,
  };
}
