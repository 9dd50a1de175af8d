import assert from 'node:assert/strict';
import { followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, missing, page, type Reply, reset, text } from '../../support/reply.ts';
import { onlyAccount } from '../../support/sampleSession.ts';

const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';
const metadataRoute = 'GET /.well-known/oauth-authorization-server';

describe('a server with several authorization servers', () => {
  const suite = authenticationSuite();

  async function start() {
    const first = await suite.server();
    const second = await suite.server();
    const server = await suite.server(({ resource }) => ({
      [resourceRoute]: json({ ...resource, authorization_servers: [first.origin, second.origin] }),
    }));
    return { first, second, server };
  }

  const registrations = ({ asked }: MisbehavingServer) =>
    asked.filter((route) => route === 'POST /register').length;

  it('is signed in at by the first', async () => {
    const { first, second, server } = await start();
    const session = await suite.assemble().signIn(server.mcpUrl);
    assert.equal(session.authorizationServer.issuer, first.origin);
    assert.deepEqual(second.asked, []);
  });

  const unusable: readonly [string, Reply][] = [
    ['does not publish metadata', missing],
    ['has a problem', page(503)],
    ['breaks the connection', reset],
    ['answers with a page', page()],
    ['passes for another', text('{"issuer":"https://evil.example"}', 'application/json')],
  ];
  for (const [what, reply] of unusable) {
    it(`is signed in at by the second when the first ${what}`, async () => {
      const { first, second, server } = await start();
      first.answer(metadataRoute, reply);
      const session = await suite.assemble().signIn(server.mcpUrl);
      assert.equal(session.authorizationServer.issuer, second.origin);
      assert.equal(registrations(first), 0);
    });
  }

  it('is signed in at by the same one again, although the first has come back', async () => {
    const { first, second, server } = await start();
    first.answer(metadataRoute, page(503));
    const assembly = suite.assemble({
      browser: async (url) => {
        // Until it is known what the server says by now.
        await (assembly.opened.length === 2 ? second.next(metadataRoute) : undefined);
        return await followRedirect(url);
      },
    });
    await assembly.signIn(server.mcpUrl);
    first.answer(metadataRoute, json(first.metadata));
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.authorizationServer.issuer, second.origin);
    assert.equal(assembly.opened.length, 2);
    assert.equal(registrations(first), 0);
    assert.equal(registrations(second), 1);
  });

  it('is signed in at by another one when the one of before is no longer named', async () => {
    const { first, second, server } = await start();
    first.answer(metadataRoute, page(503));
    const assembly = suite.assemble({
      browser: async (url) => {
        await (assembly.opened.length === 2 ? first.next(metadataRoute) : undefined);
        return url.origin === first.origin || assembly.opened.length === 1 ? await followRedirect(url) : true;
      },
    });
    await assembly.signIn(server.mcpUrl);
    first.answer(metadataRoute, json(first.metadata));
    server.answer(resourceRoute, json({ ...server.resource, authorization_servers: [first.origin] }));
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.authorizationServer.issuer, first.origin);
    assert.equal(registrations(second), 1);
  });

  it('has a registration at each that it was signed in at by, and they are kept apart', async () => {
    const { first, second, server } = await start();
    const assembly = suite.assemble();
    const atFirst = await assembly.signIn(server.mcpUrl);
    await assembly.sessions.delete(onlyAccount(server.mcpUrl));
    first.answer(metadataRoute, missing);
    const atSecond = await assembly.signIn(server.mcpUrl);
    await assembly.sessions.delete(onlyAccount(server.mcpUrl));
    first.answer(metadataRoute, json(first.metadata));
    const atFirstAgain = await assembly.signIn(server.mcpUrl);
    assert.notEqual(atSecond.client.clientId, atFirst.client.clientId);
    assert.equal(atFirstAgain.client.clientId, atFirst.client.clientId);
    assert.deepEqual([registrations(first), registrations(second)], [1, 1]);
    for (const [as, other] of [
      [first, atSecond],
      [second, atFirst],
    ] as const) {
      assert.ok(
        as.requests.every(
          ({ form, query }) =>
            ![form.get('client_id'), query.get('client_id')].includes(other.client.clientId),
        ),
      );
    }
  });

  it('keeps the secret of a client that was registered by hand for the issuer that it was entered for', async () => {
    const { first, second, server } = await start();
    for (const as of [first, second]) {
      as.answer(
        metadataRoute,
        json({ ...as.metadata, token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      );
    }
    const asked: string[] = [];
    const assembly = suite.assemble({
      prompt: {
        askClientSecret: async ({ issuer }) => {
          asked.push(issuer);
          return `secret of ${issuer}`;
        },
      },
    });
    await assembly.signIn(server.mcpUrl, { clientId: 'by-hand' });
    await assembly.sessions.delete(onlyAccount(server.mcpUrl));
    first.answer(metadataRoute, missing);
    await assert.rejects(assembly.signIn(server.mcpUrl, { clientId: 'by-hand' }), { code: 'issuer_changed' });
    assert.deepEqual(asked, [first.origin]);
    await assembly.ports.registrations.clear(first.origin);
    await assembly.signIn(server.mcpUrl, { clientId: 'by-hand' });
    assert.deepEqual(asked, [first.origin, second.origin]);
    assert.ok(second.requests.every(({ body }) => !body.includes(encodeURIComponent(first.origin))));
  });
});
