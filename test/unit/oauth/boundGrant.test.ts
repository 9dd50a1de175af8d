import assert from 'node:assert/strict';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { BoundServer } from '../../support/boundServer.ts';
import { jwtOf } from '../../support/privateKeys.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('a grant without a sign-in page, with bound tokens', () => {
  const suite = authenticationSuite();

  for (const [grant, oauth] of [
    ['client_credentials', { grantType: 'client_credentials', clientId: 'machine' }],
    [jwtBearer, { grantType: jwtBearer }],
  ] as const) {
    it(`proves the key by ${grant}, in the sign-in and in each renewal, also with a nonce`, async () => {
      const bound = new BoundServer();
      bound.nonces.authorization = 'the-nonce';
      const server = await suite.server(bound.routes);
      const { signIn, refresher, clock } = suite.assemble({
        prompt: { askApproveGrant: async () => true, askClientSecret: async () => 'the-machine-secret' },
        workloads: {
          setting: () => [{ issuer: server.origin, environmentVariable: 'TOKEN' }],
          environment: { TOKEN: jwtOf({ sub: 'agent' }) },
        },
      });
      const session = await signIn(server.mcpUrl, oauth);
      assert.deepEqual([session.tokens.tokenType, session.dpop?.algorithm], ['dpop', 'ES256']);
      clock.advance(3_600_000);
      const renewed = await refresher.fresh(server.mcpUrl);
      assert.notEqual(renewed.tokens.accessToken, session.tokens.accessToken);
      const granted = bound.requests.filter(({ status }) => status === 200);
      assert.deepEqual(
        granted.map(({ grantType }) => grantType),
        [grant, grant],
      );
      assert.equal(new Set(granted.map(({ thumbprint }) => thumbprint)).size, 1);
    });
  }
});
