import assert from 'node:assert/strict';
import type { Assembly, SignInOptions } from '../authenticationPorts.ts';
import type { MisbehavingServer } from '../misbehavingServer.ts';
import { type SessionChanges, sampleSession } from '../sampleSession.ts';

const registered = {
  origin: 'dynamic',
  clientId: 'client-of-another-window',
  tokenEndpointAuthMethod: 'none',
} as const;

/** What a person has from before: a session at another server, and registrations, also at this one's issuer. */
export async function seedPast({ sessions, ports }: Assembly, { origin }: MisbehavingServer): Promise<void> {
  const session = sampleSession();
  await sessions.put(session);
  for (const issuer of [session.authorizationServer.issuer, origin]) {
    const redirectUri = 'http://127.0.0.1:4999/callback';
    await ports.registrations.keep({ issuer, redirectUri, scope: 'files:read' }, registered);
  }
}

/** A session at this server that can be refreshed, good for an hour. */
export async function seedSession(
  { sessions, clock }: Assembly,
  { origin, mcpUrl }: Pick<MisbehavingServer, 'mcpUrl' | 'origin'>,
  changes: SessionChanges = {},
): Promise<void> {
  const authorizationServer = {
    issuer: origin,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/revoke`,
  };
  const tokens = {
    accessToken: 'access-token-of-this-server',
    refreshToken: 'refresh-token-of-this-server',
    expiresAt: clock.now() + 3_600_000,
    receivedAt: clock.now(),
  };
  const session = sampleSession({ serverUrl: mcpUrl, resource: mcpUrl, authorizationServer, tokens });
  await sessions.put({ ...session, ...changes, tokens: { ...session.tokens, ...changes.tokens } });
}

/** Signs in, and makes sure that the session is there. */
export function signIn(assembly: Assembly, { mcpUrl }: MisbehavingServer, options: SignInOptions = {}) {
  return async (): Promise<string> => {
    const session = await assembly.signIn(mcpUrl, options);
    assert.equal(assembly.sessions.get(mcpUrl), session);
    return 'signed in';
  };
}
