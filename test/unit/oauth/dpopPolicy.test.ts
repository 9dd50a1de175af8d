import assert from 'node:assert/strict';
import type { Discovered } from '../../../src/core/oauth/discovery.ts';
import { requiresDpop, selectDpop } from '../../../src/core/oauth/dpopPolicy.ts';

interface Case {
  readonly title: string;
  readonly isConfigured?: boolean;
  /** Of the authorization server's metadata; also what no server should send. */
  readonly server?: unknown;
  readonly resource?: NonNullable<Discovered['protectedResource']>['dpop'];
  readonly challenge?: NonNullable<Discovered['challenge']>['dpop'];
  /** The algorithm, or `undefined` for Bearer tokens, or that it is an error. */
  readonly expected: string | undefined;
  readonly requiredByServer?: boolean;
}

const required = { isRequired: true };
const offered = { isRequired: false };

const cases: readonly Case[] = [
  { title: 'nobody asks', expected: undefined },
  { title: 'the authorization server offers it and nobody asks', server: ['ES256'], expected: undefined },
  {
    title: 'the MCP server offers it beside Bearer',
    server: ['ES256'],
    resource: offered,
    challenge: offered,
    expected: undefined,
  },
  {
    title: 'the definition asks',
    isConfigured: true,
    server: ['ES256'],
    expected: 'ES256',
    requiredByServer: false,
  },
  { title: 'the metadata of the MCP server asks', resource: required, server: ['ES256'], expected: 'ES256' },
  {
    title: 'the challenge of the MCP server asks',
    challenge: required,
    server: ['ES256'],
    expected: 'ES256',
  },
  { title: 'both ask', isConfigured: true, resource: required, expected: 'ES256' },
  { title: 'nobody says which algorithms there are', resource: required, expected: 'ES256' },
  { title: 'the list of algorithms is none', resource: required, server: 'ES384', expected: 'ES256' },
  {
    title: 'many are offered',
    resource: required,
    server: ['PS256', 'RS256', 'ES384', 'ES256'],
    expected: 'ES256',
  },
  {
    title: 'ES256 is not offered',
    resource: required,
    server: ['EdDSA', 'PS256', 'RS256', 'ES384'],
    expected: 'ES384',
  },
  {
    title: 'RSA and EdDSA are offered',
    resource: required,
    server: ['EdDSA', 'PS256', 'RS256'],
    expected: 'RS256',
  },
  { title: 'PS256 and EdDSA are offered', resource: required, server: ['EdDSA', 'PS256'], expected: 'PS256' },
  { title: 'EdDSA alone is offered', resource: required, server: ['EdDSA'], expected: 'EdDSA' },
  {
    title: 'the MCP server takes fewer',
    resource: { isRequired: true, algorithms: ['RS256'] },
    server: ['ES256', 'RS256'],
    expected: 'RS256',
  },
  {
    title: 'the challenge names fewer',
    challenge: { isRequired: true, algorithms: ['PS256'] },
    server: ['ES256', 'PS256'],
    expected: 'PS256',
  },
  { title: 'none is offered', resource: required, server: [], expected: 'error' },
  {
    title: 'symmetric ones and none are offered',
    resource: required,
    server: ['none', 'HS256'],
    expected: 'error',
  },
  { title: 'unknown ones are offered', isConfigured: true, server: ['ML-DSA-44'], expected: 'error' },
  {
    title: 'the two servers have none in common',
    resource: { isRequired: true, algorithms: ['ES256'] },
    server: ['ES384'],
    expected: 'error',
  },
];

describe('selectDpop', () => {
  for (const {
    title,
    isConfigured = false,
    server,
    resource,
    challenge,
    expected,
    requiredByServer = true,
  } of cases) {
    it(`gives ${expected ?? 'Bearer'} when ${title}`, () => {
      const discovered = {
        authorizationServer: { issuer: 'https://as.example', dpop_signing_alg_values_supported: server },
        protectedResource: {
          resource: 'https://mcp.example',
          authorizationServers: [],
          ...(resource ? { dpop: resource } : {}),
        },
        challenge: challenge ? { dpop: challenge } : undefined,
      } as Discovered;
      const select = () => selectDpop(isConfigured, discovered);
      if (expected === 'error') {
        assert.throws(select, { name: 'AuthError', code: 'dpop_not_supported', message: /as\.example/ });
      } else {
        assert.deepEqual(select(), expected && { algorithm: expected, requiredByServer });
        assert.equal(requiresDpop(discovered), expected !== undefined && requiredByServer);
      }
    });
  }

  it('quotes and cuts short what servers wrote', () => {
    const list = ['"\n<x>', { toString: 1 }, 'y'.repeat(500)] as string[];
    const server = { issuer: 'https://as.example', dpop_signing_alg_values_supported: list };
    assert.throws(
      () => selectDpop(true, { authorizationServer: server }),
      ({ message }: Error) => message.length < 400 && !message.includes('\n'),
    );
  });
});
