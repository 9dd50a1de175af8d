import assert from 'node:assert/strict';
import { keptTexts } from '../../../src/core/session/keptText.ts';
import type { KnownIssuer } from '../../../src/core/session/knownIssuer.ts';

const nothing: KnownIssuer = { issuer: 'https://as.example', registrations: [] };
const registration = { redirectUri: 'u', clientId: 'c', tokenEndpointAuthMethod: 'none' } as const;

describe('keptTexts', () => {
  it('are none where nothing is kept', () => {
    assert.deepEqual(keptTexts(nothing), []);
  });

  it('are never empty for an issuer that is listed', () => {
    assert.deepEqual(keptTexts({ ...nothing, servers: ['https://mcp.example/mcp'] }), [
      'which servers you signed in to there',
    ]);
  });

  it('name everything that is kept, and no secret', () => {
    const texts = keptTexts({
      ...nothing,
      registrations: [registration, registration],
      preRegistered: [
        { clientId: 'mine', clientSecret: 'the-secret' },
        { clientId: 'public', clientSecret: '' },
        { clientId: 'signing', clientSecret: '', privateKey: 'the-key' },
      ],
      entered: { clientId: 'mine', isProven: true },
      metadataDocument: { url: 'https://me.example/c', outcome: 'refused' },
      redirectKind: 'loopback',
      pkceWaivedAt: 1,
      approvals: ['["workload","https://mcp.example/mcp",""]'],
    });
    assert.deepEqual(texts, [
      '2 registrations of this editor',
      'client ID "mine" and its secret',
      'client ID "public"',
      'client ID "signing" and its private key',
      'that it refused your client metadata document',
      'how its browser page comes back (through localhost)',
      'your decision to sign in without PKCE',
      'which servers you allowed to have access tokens without a sign-in page',
    ]);
  });

  it('name an entered client ID that has not been used yet, and count one', () => {
    const entered = { clientId: 'typo', isProven: false };
    assert.deepEqual(keptTexts({ ...nothing, registrations: [registration], entered }), [
      '1 registration of this editor',
      'client ID "typo"',
    ]);
  });
});
