import type { TokenSet } from '../../src/core/oauth/tokenSet.ts';
import { firstAccount, firstAccountId, type SessionRef } from '../../src/core/session/account.ts';
import type { Session } from '../../src/core/session/session.ts';

/** When the sample session was received: the time at which a `FakeClock` starts. */
export const sampleTime = Date.UTC(2030, 0, 1);

/** What differs from the sample. */
export interface SessionChanges extends Partial<Omit<Session, 'tokens'>> {
  readonly tokens?: Partial<TokenSet>;
}

/** A session with everything in it, good for an hour. */
export function sampleSession({ tokens, ...changes }: SessionChanges = {}): Session {
  return {
    serverUrl: 'https://mcp.example/mcp',
    account: firstAccount(sampleTime),
    resource: 'https://mcp.example/mcp',
    authorizationServer: {
      issuer: 'https://as.example',
      token_endpoint: 'https://as.example/token',
      revocation_endpoint: 'https://as.example/revoke',
    },
    client: {
      origin: 'dynamic',
      clientId: 'client-1',
      clientSecret: 'client-secret-1',
      tokenEndpointAuthMethod: 'client_secret_post',
      secretExpiresAt: sampleTime + 86_400_000,
    },
    configuration: '[null,null,"mcp:tools offline_access"]',
    requestedScope: 'mcp:tools offline_access',
    tokens: {
      accessToken: 'access-token-1',
      tokenType: 'bearer',
      refreshToken: 'refresh-token-1',
      expiresAt: sampleTime + 3_600_000,
      scope: 'mcp:tools',
      receivedAt: sampleTime,
      ...tokens,
    },
    createdAt: sampleTime,
    ...changes,
  };
}

/** The session of whoever has one account at a server. */
export function onlyAccount(serverUrl: string): SessionRef {
  return { serverUrl, accountId: firstAccountId };
}
