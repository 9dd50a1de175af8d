import assert from 'node:assert/strict';
import { type Assembly, type BrowserScript, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { freshTokens, type MisbehavingServer } from '../../support/misbehavingServer.ts';
import { json, reset, silence, unauthorized } from '../../support/reply.ts';

const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';

describe('signing in again', () => {
  const suite = authenticationSuite();

  /** Signed in once; `askedBefore` tells what the server had been asked when the browser opened again. */
  async function signedIn(
    meanwhile: (server: MisbehavingServer) => Promise<unknown> = async () => undefined,
  ) {
    const server = await suite.server();
    const askedBefore: string[][] = [];
    const browser: BrowserScript = async (url) => {
      askedBefore.push(server.asked.slice(asked));
      if (askedBefore.length > 1) {
        await meanwhile(server);
      }
      return await followRedirect(url);
    };
    let asked = 0;
    const assembly = suite.assemble({ browser });
    const session = await assembly.signIn(server.mcpUrl);
    asked = server.asked.length;
    return { server, assembly, session, askedBefore };
  }

  /** The person takes as long as it takes the server to be asked for its metadata. */
  const revalidated = (server: MisbehavingServer) => server.next(metadataRoute);

  /** Signs in again, for a person for whom five seconds pass as soon as they are back. */
  async function impatiently({ authenticator, clock }: Assembly, { mcpUrl }: MisbehavingServer) {
    const running = authenticator.start({ serverUrl: new URL(mcpUrl), transport: 'http' });
    running.onDidChangeStep((step) => {
      if (step === 'exchangingCode') {
        queueMicrotask(() => clock.advance(5_000));
      }
    });
    await running.result;
  }

  it('asks the server nothing before the browser opens', async () => {
    const { server, assembly, session, askedBefore } = await signedIn();
    const again = await assembly.signIn(server.mcpUrl);
    assert.deepEqual(askedBefore[1], []);
    assert.equal(again.client.clientId, session.client.clientId);
    assert.equal(again.requestedScope, session.requestedScope);
    assert.equal(again.resource, session.resource);
  });

  it('asks the server once more what it says of itself while the browser is open', async () => {
    const { server, assembly } = await signedIn(revalidated);
    const before = server.asked.length;
    await assembly.signIn(server.mcpUrl);
    const asked = server.asked.slice(before);
    for (const route of ['POST /mcp', resourceRoute, metadataRoute]) {
      assert.ok(asked.includes(route), route);
    }
  });

  it('waits no longer than a moment for the server when the person is faster', async () => {
    const { server, assembly } = await signedIn();
    server.answer(resourceRoute, silence);
    await impatiently(assembly, server);
  });

  it('begins once more even if the page of before answers at once', async () => {
    const other = await suite.server();
    const { server, assembly, session } = await signedIn();
    server.answer(resourceRoute, json({ ...server.resource, authorization_servers: [other.origin] }));
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.authorizationServer.issuer, other.origin);
    const redeemed = server.requests.filter(({ form }) => form.has('code'));
    assert.equal(redeemed.length, 1, 'the code of the sign-in before, and no other');
    assert.equal(redeemed[0]?.form.get('client_id'), session.client.clientId);
  });

  for (const [what, reply] of [
    ['is silent', silence],
    ['hangs up', reset],
    ['answers HTTP 503', json({}, { status: 503 })],
    ['answers with something else', json([])],
  ] as const) {
    it(`goes on with what is remembered when the metadata ${what}`, async () => {
      const { server, assembly } = await signedIn((server) => server.next(resourceRoute));
      server.answer(metadataRoute, reply);
      await impatiently(assembly, server);
      assert.equal(assembly.opened.length, 2);
    });
  }

  it('begins once more, at the right place, when the server has moved to another authorization server', async () => {
    const other = await suite.server();
    const { server, assembly } = await signedIn(async () => undefined);
    server.answer(resourceRoute, json({ ...server.resource, authorization_servers: [other.origin] }));
    // The page of the old one is open, and nobody answers it.
    server.answer('GET /authorize', silence);
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.authorizationServer.issuer, other.origin);
    assert.deepEqual(
      assembly.opened.map(({ origin }) => origin),
      [server.origin, server.origin, other.origin],
    );
    assert.ok(!other.requests.some(({ form }) => form.get('client_id') === null && form.has('code')));
  });

  it('keeps its registration when it begins once more at the same authorization server', async () => {
    let pages = 0;
    // The page of before is left open.
    const { server, assembly, session } = await signedIn(async () =>
      pages++ === 0 ? await new Promise(() => undefined) : undefined,
    );
    server.answer(metadataRoute, json({ ...server.metadata, token_endpoint: `${server.origin}/token2` }));
    server.answer('POST /token2', json({ access_token: 'from-token2', token_type: 'Bearer' }));
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.tokens.accessToken, 'from-token2');
    assert.equal(again.client.clientId, session.client.clientId);
  });

  it('begins once more when the token endpoint that is remembered is gone', async () => {
    const { server, assembly } = await signedIn(async (server) => {
      server.answer('POST /token', json({}, { status: 404 }));
    });
    const moved = { ...server.metadata, token_endpoint: `${server.origin}/token2` };
    server.answer(metadataRoute, json(moved));
    server.answer('POST /token2', json({ access_token: 'from-token2', token_type: 'Bearer' }));
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.tokens.accessToken, 'from-token2');
    assert.equal(again.authorizationServer.token_endpoint, `${server.origin}/token2`);
  });

  it('ends when the server now presents the metadata of another issuer', async () => {
    const { server, assembly, session } = await signedIn();
    server.answer(metadataRoute, json({ ...server.metadata, issuer: 'https://elsewhere.test' }));
    server.answer('GET /authorize', silence);
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'issuer_mismatch' });
    assert.deepEqual(
      assembly.sessions.get(server.mcpUrl)?.tokens.accessToken,
      session.tokens.accessToken,
      'the session from before stays',
    );
  });

  it('ends when the server no longer wants authentication', async () => {
    const { server, assembly } = await signedIn();
    server.answer('POST /mcp', json({ jsonrpc: '2.0', id: 1, result: {} }));
    server.answer(resourceRoute, json({}, { status: 404 }));
    server.answer('GET /authorize', silence);
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'no_authentication_needed' });
  });

  it('waits for no metadata when the person says no', async () => {
    const { server, assembly } = await signedIn();
    server.answer(resourceRoute, silence);
    server.answer('GET /authorize', ({ query }) => {
      const back = new URL(query.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({
        error: 'access_denied',
        state: query.get('state') ?? '',
        iss: server.origin,
      }).toString();
      return { kind: 'complete', status: 302, headers: { location: back.href }, body: '' };
    });
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'access_denied' });
  });

  it('takes nothing for granted after it failed', async () => {
    const { server, assembly, askedBefore } = await signedIn();
    server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    await assert.rejects(assembly.signIn(server.mcpUrl));
    const before = server.asked.length;
    await assert.rejects(assembly.signIn(server.mcpUrl));
    assert.ok(askedBefore.at(-1)?.includes(metadataRoute));
    assert.ok(
      server.asked.slice(before).indexOf('POST /mcp') < server.asked.slice(before).indexOf('GET /authorize'),
    );
  });

  it('registers anew where the server has forgotten the client, and keeps the server that it knows', async () => {
    const { server, assembly, session } = await signedIn();
    let isKnown = false;
    server.answer('POST /token', () =>
      isKnown
        ? json({ access_token: 'renewed-token', token_type: 'Bearer' })
        : json({ error: 'invalid_client' }, { status: 401 }),
    );
    server.answer('POST /register', ({ body }) => {
      isKnown = true;
      return json({ ...JSON.parse(body), client_id: 'client-anew' }, { status: 201 });
    });
    const again = await assembly.signIn(server.mcpUrl);
    assert.equal(again.client.clientId, 'client-anew');
    assert.notEqual(again.client.clientId, session.client.clientId);
  });

  it('can be cancelled while the server is asked', async () => {
    const { server, assembly } = await signedIn();
    server.answer(resourceRoute, silence);
    server.answer('GET /authorize', silence);
    const asked = server.next(resourceRoute);
    const running = assembly.authenticator.start({
      serverUrl: new URL(server.mcpUrl),
      transport: 'http',
    });
    await asked;
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
  });

  describe('by another configuration than before', () => {
    it('asks the authorization server that the configuration now names, and no other', async () => {
      const other = await suite.server();
      const { server, assembly } = await signedIn();
      const authServerMetadataUrl = `${other.origin}/.well-known/oauth-authorization-server`;
      const again = await assembly.signIn(server.mcpUrl, { authServerMetadataUrl });
      assert.equal(again.authorizationServer.issuer, other.origin);
      assert.deepEqual(
        assembly.opened.map(({ origin }) => origin),
        [server.origin, other.origin],
      );
      await assembly.signIn(server.mcpUrl, { authServerMetadataUrl });
      assert.equal(assembly.opened.at(-1)?.origin, other.origin);
      await assembly.signIn(server.mcpUrl);
      assert.equal(assembly.opened.at(-1)?.origin, server.origin);
    });

    it('ends where the document that the configuration now names cannot be read', async () => {
      const { server, assembly } = await signedIn();
      await assert.rejects(
        assembly.signIn(server.mcpUrl, { authServerMetadataUrl: `${server.origin}/missing` }),
        { code: 'discovery_failed' },
      );
    });

    it('asks no more for scopes that the configuration no longer names', async () => {
      const { server, assembly } = await signedIn();
      const { requestedScope } = await assembly.signIn(server.mcpUrl, { scopes: 'files:write' });
      assert.equal(requestedScope, 'files:write');
      assert.equal((await assembly.signIn(server.mcpUrl)).requestedScope, 'files:read');
    });

    it('asks for a refresh token after a grant that had no use for one', async () => {
      const server = await suite.server(({ metadata }) => ({
        [metadataRoute]: json({ ...metadata, scopes_supported: ['offline_access'] }),
      }));
      const prompt = { askApproveGrant: async () => true, askClientSecret: async () => 'my-client-secret' };
      server.answer('POST /token', () => json(freshTokens()));
      const assembly = suite.assemble({ prompt });
      const definition = { clientId: 'mine', tokenEndpointAuthMethod: 'client_secret_post' } as const;
      await assembly.signIn(server.mcpUrl, { ...definition, grantType: 'client_credentials' });
      const { requestedScope } = await assembly.signIn(server.mcpUrl, definition);
      assert.equal(requestedScope, 'files:read offline_access');
    });

    it('asks nothing before the browser opens where the configuration is as it was', async () => {
      const { server, assembly, askedBefore } = await signedIn();
      const first = server.asked.length;
      await assembly.signIn(server.mcpUrl, { scopes: 'files:write' });
      const second = server.asked.length;
      await assembly.signIn(server.mcpUrl, { scopes: 'files:write' });
      assert.equal(askedBefore[2]?.length, second - first);
    });
  });

  it('sends the token of before to nobody', async () => {
    const { server, assembly, session } = await signedIn(revalidated);
    server.answer('POST /mcp', unauthorized('Bearer'));
    await assembly.signIn(server.mcpUrl);
    for (const { headers, body } of server.requests) {
      assert.notEqual(headers.authorization, `Bearer ${session.tokens.accessToken}`);
      assert.ok(!body.includes(session.tokens.accessToken));
    }
  });
});
