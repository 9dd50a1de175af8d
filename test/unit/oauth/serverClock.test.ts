import assert from 'node:assert/strict';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { json } from '../../support/reply.ts';

describe('a server whose clock is wrong', () => {
  const suite = authenticationSuite();

  for (const hours of [-12, 12, 24 * 365 * 60]) {
    it(`by ${hours} hours is signed in at, and its tokens expire by the clock of this machine`, async () => {
      const assembly = suite.assemble();
      const wrong = new Date(assembly.clock.now() + hours * 3600_000);
      const seconds = Math.floor(wrong.getTime() / 1000);
      const headers = { date: wrong.toUTCString(), expires: wrong.toUTCString(), age: '99999' };
      const server = await suite.server();
      server.answer('POST /token', ({ form }) =>
        json(
          {
            access_token: `access-${form.get('grant_type')}`,
            refresh_token: 'refresh-of-then',
            token_type: 'Bearer',
            expires_in: 3600,
            iat: seconds,
            expires_at: seconds,
            refresh_token_expires_in: 1,
          },
          { headers },
        ),
      );
      const { tokens } = await assembly.signIn(server.mcpUrl);
      assert.equal(tokens.expiresAt, assembly.clock.now() + 3600_000);
      assert.equal((await assembly.refresher.fresh(server.mcpUrl)).tokens.accessToken, tokens.accessToken);
      assembly.clock.advance(3600_000);
      const refreshed = await assembly.refresher.fresh(server.mcpUrl);
      assert.equal(refreshed.tokens.accessToken, 'access-refresh_token');
    });
  }
});
