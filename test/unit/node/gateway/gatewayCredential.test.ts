import assert from 'node:assert/strict';
import { AuthError } from '../../../../src/core/errors.ts';
import { createRequestCredentials } from '../../../../src/core/handover/createRequestCredentials.ts';
import { rememberProofs } from '../../../../src/core/oauth/rememberedProofs.ts';
import type { GatewayRoute } from '../../../../src/node/gateway/gateway.ts';
import type { Assembly } from '../../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../../support/authenticationSuite.ts';
import { BoundServer } from '../../../support/boundServer.ts';
import { ask, gatewaySuite } from '../../../support/gatewaySuite.ts';
import type { MisbehavingServer } from '../../../support/misbehavingServer.ts';
import { json, page, type Reply, redirect, reset, text, unauthorized } from '../../../support/reply.ts';

const call = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'a' } });
const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
const insufficient = text('', 'text/plain', {
  status: 403,
  headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' },
});

describe('the gateway, with the credential of a server', () => {
  const signedIn = authenticationSuite();
  const suite = gatewaySuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  /** Signs in at a server, and opens an endpoint that has the session. */
  async function prepare(
    bound?: BoundServer,
    stepUp?: (scope: string | undefined) => Promise<boolean>,
  ): Promise<URL> {
    server = await signedIn.server(bound?.routes);
    assembly = signedIn.assemble();
    await assembly.signIn(server.mcpUrl);
    return await suite.open(server.mcpUrl, { credential: sessionOf(stepUp) });
  }

  function sessionOf(stepUp?: (scope: string | undefined) => Promise<boolean>): GatewayRoute['credential'] {
    const { refresher } = assembly;
    const proofs = rememberProofs();
    const url = new URL(server.mcpUrl);
    return createRequestCredentials(url, { kind: 'session' }, { refresher, proofs, stepUp });
  }

  /** The MCP server refuses the access token that there is now, and takes any later one. */
  function rejectToken(reply: Reply = unauthorized('Bearer error="invalid_token"')): void {
    const old = assembly.sessions.get(server.mcpUrl)?.tokens.accessToken;
    server.answer('POST /mcp', ({ headers, body }) =>
      headers.authorization === `Bearer ${old}` ? reply : json({ body }),
    );
  }

  /** What the MCP server got through the gateway. */
  const arrived = () => server.requests.filter(({ headers }) => headers['x-sent'] === 'yes');
  const post = (endpoint: URL, body: string | Buffer) =>
    ask(endpoint, { headers: { 'x-sent': 'yes' }, body });

  it('sends the same body again after a 401, with the token of a refresh', async () => {
    const endpoint = await prepare();
    rejectToken();
    const { status, body } = await post(endpoint, call);
    assert.deepEqual([status, JSON.parse(body)], [200, { body: call }]);
    const renewed = assembly.sessions.get(server.mcpUrl)?.tokens.accessToken;
    assert.equal(arrived().length, 2);
    assert.equal(arrived()[1]?.headers.authorization, `Bearer ${renewed}`);
  });

  it('refreshes once for many requests that are refused at the same time', async () => {
    const endpoint = await prepare();
    rejectToken();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(endpoint, call)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const refreshes = server.requests.filter(({ form }) => form.get('grant_type') === 'refresh_token');
    assert.equal(refreshes.length, 1);
  });

  it('answers a nonce that is asked for, once for all requests', async () => {
    const bound = new BoundServer();
    const endpoint = await prepare(bound);
    bound.nonces.resource = 'nonce-1';
    for (let count = 0; count < 3; count++) {
      const { status, body } = await post(endpoint, call);
      assert.deepEqual([status, JSON.parse(body)], [200, { body: call }]);
    }
    assert.equal(arrived().length, 4);
    assert.match(arrived()[0]?.headers.authorization ?? '', /^DPoP /);
  });

  it('waits while the person gets more scopes, and sends again with them', async () => {
    const asked: unknown[] = [];
    const endpoint = await prepare(undefined, async (scope) => {
      asked.push(scope);
      await assembly.signIn(server.mcpUrl, { additionalScope: scope });
      return true;
    });
    rejectToken(insufficient);
    const { status, body } = await post(endpoint, call);
    assert.deepEqual([status, JSON.parse(body)], [200, { body: call }]);
    assert.deepEqual(asked, ['files:write']);
  });

  it('tells the client that scopes are missing, where the person does not want to', async () => {
    const endpoint = await prepare(undefined, async () => false);
    rejectToken(insufficient);
    assertRefused(
      await post(endpoint, call),
      /wants more permissions than this session has \("files:write"\)/,
    );
  });

  it('tells the client that the session is over, and that once', async () => {
    const endpoint = await prepare();
    server.answer('POST /mcp', unauthorized('Bearer'));
    server.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    assertRefused(await post(endpoint, call), /answered "invalid_grant"/);
    assert.equal(arrived().length, 1);
  });

  it('sends a body that is too long to keep as it comes, and cannot send it again', async () => {
    suite.limited({ keptBody: 1000 });
    const endpoint = await prepare();
    const long = JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'a',
      params: { text: 'x'.repeat(500_000) },
    });
    server.answer('POST /mcp', ({ body }) => json({ body }));
    assert.deepEqual(JSON.parse((await post(endpoint, long)).body), { body: long });
    rejectToken();
    const { status, body } = await post(endpoint, long);
    assert.equal(status, 502);
    assert.match(body, /^\{"jsonrpc":"2\.0","error":\{.*too long to be sent again by MCP Auth: repeat it\./);
    assert.equal((await post(endpoint, long)).status, 200);
  });

  it('keeps no body once there are too many of them', async () => {
    suite.limited({ keptBodies: 10 });
    const endpoint = await prepare();
    rejectToken();
    assert.equal((await post(endpoint, call)).status, 502);
    assert.deepEqual(JSON.parse((await post(endpoint, call)).body), { body: call });
  });

  for (const [what, reply, sentence] of [
    ['a 403 of its own', page(403), /refuses this request \(HTTP 403: "Welcome"\)/],
    ['a redirect to elsewhere', redirect('https://elsewhere.example/', 307), /redirects to another address/],
    [
      'a proxy that wants a password',
      text('', 'text/plain', { status: 407 }),
      /^The proxy wants a user name/,
    ],
    ['a broken connection', reset, /cannot be reached: the connection was reset/],
  ] as const) {
    it(`tells the client of ${what}, and lets nothing of it through`, async () => {
      const endpoint = await prepare();
      server.answer('POST /mcp', reply);
      const answer = await post(endpoint, call);
      assertRefused(answer, sentence);
      assert.equal(answer.headers.location, undefined);
      assert.equal(arrived().length, 1);
    });
  }

  it('follows no redirect with the credential', async () => {
    const endpoint = await prepare();
    const other = await signedIn.server();
    server.answer('POST /mcp', redirect(other.mcpUrl, 308));
    assertRefused(await post(endpoint, call), /Configure the address itself\./);
    assert.deepEqual(other.asked, []);
  });

  for (const [status, body] of [
    [202, ''],
    [400, 'no'],
    [404, '{"jsonrpc":"2.0"}'],
    [405, ''],
    [500, 'broken'],
  ] as const) {
    it(`passes ${status} on as it is`, async () => {
      const endpoint = await prepare();
      server.answer('POST /mcp', text(body, 'text/plain', { status, headers: { 'mcp-session-id': 's1' } }));
      const answer = await post(endpoint, call);
      assert.deepEqual([answer.status, answer.body, answer.headers['mcp-session-id']], [status, body, 's1']);
    });
  }

  describe('that fails', () => {
    const failing: GatewayRoute['credential'] = async () => {
      throw new AuthError('not_authenticated', 'You are not authenticated at this server yet.');
    };
    let endpoint: URL;
    beforeEach(async () => {
      endpoint = await suite.open('https://mcp.example/mcp', { credential: failing });
    });
    const message = 'You are not authenticated at this server yet.';
    const error = { code: -32001, message };

    it('answers every request of a message or of a batch', async () => {
      const one = await ask(endpoint, { body: call });
      assert.deepEqual([one.status, JSON.parse(one.body)], [200, { jsonrpc: '2.0', error, id: 7 }]);
      const batch = `[${call},${notification},{"jsonrpc":"2.0","id":"x","method":"ping"}]`;
      const several = await ask(endpoint, { body: batch });
      assert.deepEqual(JSON.parse(several.body), [
        { jsonrpc: '2.0', error, id: 7 },
        { jsonrpc: '2.0', error, id: 'x' },
      ]);
    });

    for (const [what, body] of [
      ['a notification', notification],
      ['an answer of the client', '{"jsonrpc":"2.0","id":1,"result":{}}'],
      ['what is no message', 'null'],
      ['what is no JSON', '{'],
      ['nothing', ''],
    ] as const) {
      it(`fails with 502 for ${what}`, async () => {
        const answer = await ask(endpoint, { body });
        assert.deepEqual([answer.status, JSON.parse(answer.body)], [502, { jsonrpc: '2.0', error }]);
      });
    }

    it('fails with 502 for the end of a session', async () => {
      assert.equal((await ask(endpoint, { method: 'DELETE' })).status, 502);
    });

    it('gives who listens an empty stream that says when to come again', async () => {
      const { status, headers, body } = await ask(endpoint, { method: 'GET' });
      assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
      assert.equal(body, 'retry: 15000\ndata:\n\n');
    });

    it('fails with 502 for who listens by the transport of 2024-11-05, whose stream would begin otherwise', async () => {
      const old = await suite.open('https://mcp.example/sse', { transport: 'sse', credential: failing });
      const { status, body } = await ask(old, { method: 'GET' });
      assert.deepEqual([status, JSON.parse(body)], [502, { jsonrpc: '2.0', error }]);
    });

    it('says no more than that where something else went wrong, and logs it', async () => {
      const broken = await suite.open('https://mcp.example/mcp', {
        credential: async () => assert.fail('a detail'),
      });
      const { body } = await ask(broken, { body: call });
      assert.equal(JSON.parse(body).error.message, 'MCP Auth could not forward this request.');
      assert.ok(suite.lines.some((line) => line.includes('a detail')));
    });
  });

  it('sends no credential over plain http to another machine', async () => {
    await prepare();
    const url = new URL('http://mcp.example/mcp');
    const { refresher } = assembly;
    const endpoint = await suite.open(url, {
      credential: createRequestCredentials(url, { kind: 'session' }, { refresher, proofs: rememberProofs() }),
    });
    assertRefused(await post(endpoint, call), /is plain http: credentials are only sent over https/);
  });

  /** A request's error is its answer: VS Code's client takes no offence at that. */
  function assertRefused(answer: Awaited<ReturnType<typeof ask>>, sentence: RegExp): void {
    assert.equal(answer.status, 200);
    const { id, error } = JSON.parse(answer.body);
    assert.equal(id, 7);
    assert.match(error.message, sentence);
    assert.equal(answer.headers['www-authenticate'], undefined);
  }
});
