import assert from 'node:assert/strict';
import type { OAuthConfiguration } from '../../../src/core/config/serverDefinition.ts';
import { assertGrantSupported, type Grant, selectGrant } from '../../../src/core/oauth/grant.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('selectGrant', () => {
  const table: readonly (readonly [OAuthConfiguration | undefined, Grant])[] = [
    [undefined, 'authorizationCode'],
    [{}, 'authorizationCode'],
    [{ clientId: 'id', tokenEndpointAuthMethod: 'private_key_jwt' }, 'authorizationCode'],
    [{ xaa: false }, 'authorizationCode'],
    [{ grantType: 'authorization_code' }, 'authorizationCode'],
    [{ grantType: 'client_credentials', clientId: 'id' }, 'clientCredentials'],
    [{ grantType: jwtBearer }, 'workload'],
    [{ xaa: true, clientId: 'id' }, 'enterprise'],
    [{ xaa: false, grantType: jwtBearer }, 'workload'],
  ];
  for (const [oauth, grant] of table) {
    it(`is ${grant} for ${JSON.stringify(oauth)}`, () => {
      assert.equal(selectGrant(oauth), grant);
    });
  }
});

describe('assertGrantSupported', () => {
  const server = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' };

  for (const [grant, offered] of [
    ['clientCredentials', undefined],
    ['clientCredentials', ['client_credentials']],
    ['enterprise', [jwtBearer]],
    ['workload', ['authorization_code', jwtBearer]],
  ] as const) {
    it(`takes ${grant} where the server offers ${offered ?? 'nothing in particular'}`, () => {
      const metadata = offered ? { ...server, grant_types_supported: [...offered] } : server;
      assert.doesNotThrow(() => assertGrantSupported(grant, metadata));
    });
  }

  for (const [grant, name] of [
    ['clientCredentials', 'client_credentials'],
    ['enterprise', jwtBearer],
    ['workload', jwtBearer],
  ] as const) {
    it(`refuses ${grant} where the server does not offer it`, () => {
      const metadata = { ...server, grant_types_supported: ['authorization_code'] };
      assert.throws(() => assertGrantSupported(grant, metadata), {
        code: 'invalid_definition',
        remedy: 'openDefinition',
        message: `The authorization server as.example does not offer the grant that the definition asks for ("${name}").`,
      });
    });
  }

  it('refuses a server without a token endpoint', () => {
    assert.throws(() => assertGrantSupported('workload', { issuer: server.issuer }), {
      code: 'invalid_response',
      message: 'The authorization server as.example has no token endpoint.',
    });
  });
});
