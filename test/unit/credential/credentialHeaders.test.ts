import assert from 'node:assert/strict';
import { otherCredentialHeaders } from '../../../src/core/credential/credentialHeaders.ts';

describe('the headers that carry a credential by their names', () => {
  const carrying = [
    'X-API-Key',
    'x-api-key',
    'apikey',
    'api_key',
    'DD-API-KEY',
    'DD-APPLICATION-KEY',
    'CONTEXT7_API_KEY',
    'X-Auth-Token',
    'PRIVATE-TOKEN',
    'Cookie',
    'X-Goog-Api-Key',
    'Proxy-Authorization',
  ];
  const others = ['X-Region', 'Accept', 'X-Tenant', 'X-Keyboard', 'Monkey', 'X-Author', 'x-read-only'];
  for (const name of carrying) {
    it(`include ${name}`, () => {
      assert.deepEqual(otherCredentialHeaders({ headers: { [name]: 'v' }, unresolved: [] }), [name]);
    });
  }
  for (const name of others) {
    it(`leave out ${name}`, () => {
      assert.deepEqual(otherCredentialHeaders({ headers: { [name]: 'v' }, unresolved: [] }), []);
    });
  }
});
