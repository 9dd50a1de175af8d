import assert from 'node:assert/strict';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, missing, unauthorized } from '../../support/reply.ts';

const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';

/** What was named as `resource`, request by request, by those that have to name one. */
function named({ requests }: MisbehavingServer): readonly (string | null)[] {
  return requests.flatMap(({ route, query, form }) => {
    switch (route) {
      case 'GET /authorize':
        return [query.get('resource')];
      case 'POST /token':
        return [form.get('resource')];
      default:
        return [];
    }
  });
}

describe('the resource indicator', () => {
  const suite = authenticationSuite();

  it('is what the metadata names, byte for byte, at authorization, exchange and refresh', async () => {
    for (const path of ['/mcp/', '', '/']) {
      const server = await suite.server(({ resource, origin }) => ({
        [resourceRoute]: json({ ...resource, resource: origin + path }),
      }));
      const { signIn, refresher } = suite.assemble();
      await signIn(server.mcpUrl);
      await refresher.refresh(server.mcpUrl);
      assert.deepEqual(named(server), Array(3).fill(server.origin + path));
    }
  });

  it('is the canonical URL, without a slash at its end, where no metadata names it', async () => {
    const server = await suite.server(() => ({
      [resourceRoute]: missing,
      'POST /mcp/': unauthorized('Bearer'),
    }));
    const { signIn, refresher } = suite.assemble();
    const { serverUrl } = await signIn(`${server.mcpUrl}/`);
    await refresher.refresh(serverUrl);
    assert.deepEqual(named(server), Array(3).fill(server.mcpUrl));
  });

  it('is asked for without a token in any query, and so is all else', async () => {
    const server = await suite.server();
    const { signIn, refresher } = suite.assemble();
    const tokens = [(await signIn(server.mcpUrl)).tokens, (await refresher.refresh(server.mcpUrl)).tokens];
    await signIn(server.mcpUrl);
    const secrets = tokens.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);
    assert.equal(new Set(secrets).size, 4);
    for (const { route, query } of server.requests) {
      assert.ok(![...query.values()].some((value) => secrets.includes(value)), route);
    }
  });
});
