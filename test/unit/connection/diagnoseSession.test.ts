import assert from 'node:assert/strict';
import { type ConnectionReport, diagnose } from '../../../src/core/connection/diagnose.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { consent } from '../../support/demo/scriptedBrowser.ts';
import { byHeader, speakMcp } from '../../support/mcpReplies.ts';
import type { Answer, MisbehavingServer, ReceivedRequest } from '../../support/misbehavingServer.ts';
import { json, missing, page, reset, silence, text, unauthorized } from '../../support/reply.ts';

function check(
  { ports, refresher }: Assembly,
  mcpUrl: string,
  { signal = new AbortController().signal, transport = 'http' as 'http' | 'sse' } = {},
): Promise<ConnectionReport> {
  const target = { serverUrl: new URL(mcpUrl), transport };
  return diagnose(target, { kind: 'session' }, { ...ports, refresher, signal });
}

describe('diagnose, by a session, at the demo server', () => {
  const suite = authenticationSuite();

  async function signedIn() {
    const demo = await suite.demo();
    const assembly = suite.assemble({ browser: (url) => consent(url.href, { decision: 'allow' }) });
    await assembly.signIn(demo.mcpUrl);
    return { demo, assembly };
  }

  it('reports name, revision and tools, and closes the MCP session', async () => {
    const { demo, assembly } = await signedIn();
    assert.deepEqual(await check(assembly, demo.mcpUrl), {
      serverName: 'mcp-auth-demo',
      serverVersion: '1.0.0',
      credential: 'session',
      milliseconds: 0,
      protocolVersion: '2025-11-25',
      toolCount: 2,
    });
    assert.equal(demo.journal.requests.at(-1)?.method, 'DELETE');
    assert.equal(demo.journal.refreshes.length, 0);
  });

  it('refreshes once when the access token has expired, and is accepted', async () => {
    const { demo, assembly } = await signedIn();
    demo.expireAccessTokens();
    assert.equal((await check(assembly, demo.mcpUrl)).toolCount, 2);
    assert.equal(demo.journal.refreshes.length, 1);
  });

  it('says that the session has expired after everything was revoked, and keeps its record', async () => {
    const { demo, assembly } = await signedIn();
    demo.revokeEverything();
    await assert.rejects(check(assembly, demo.mcpUrl), { code: 'session_expired', remedy: 'authenticate' });
    assert.ok(assembly.sessions.get(demo.mcpUrl)?.tokens.refreshToken);
    await assert.rejects(check(assembly, demo.mcpUrl), { code: 'token_rejected', remedy: 'authenticate' });
    assert.equal(demo.journal.refreshes.length, 1);
  });

  it('needs a session', async () => {
    const demo = await suite.demo();
    await assert.rejects(check(suite.assemble(), demo.mcpUrl), { code: 'not_authenticated' });
    assert.equal(demo.journal.requests.length, 0);
  });
});

describe('diagnose, by a session, at a misbehaving server', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble();
    await assembly.signIn(server.mcpUrl);
  });

  /** Answers MCP requests by method; what is not listed is not found. */
  function speak(answers: Readonly<Record<string, Answer>>): void {
    server.answer('POST /mcp', (request: ReceivedRequest) => {
      const answer = answers[JSON.parse(request.body).method] ?? missing;
      return typeof answer === 'function' ? answer(request) : answer;
    });
  }

  function result(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
    return ({ body }) => json({ jsonrpc: '2.0', id: JSON.parse(body).id, result: value }, { headers });
  }

  const initialize = result({
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'x' },
  });
  const list = result({ tools: [{}, {}, {}] });

  it('sends session and revision with everything after initialize', async () => {
    speak({
      initialize: result(
        { protocolVersion: '2025-06-18', capabilities: { tools: {} } },
        { 'mcp-session-id': 's-1' },
      ),
      'tools/list': list,
    });
    server.answer('DELETE /mcp', reset);
    assert.deepEqual(await check(assembly, server.mcpUrl), {
      serverName: undefined,
      serverVersion: undefined,
      credential: 'session',
      milliseconds: 0,
      protocolVersion: '2025-06-18',
      toolCount: 3,
    });
    const [, ...later] = server.requests.filter(({ headers }) => headers.authorization !== undefined);
    assert.deepEqual(
      later.map(({ route, headers }) => [route, headers['mcp-session-id'], headers['mcp-protocol-version']]),
      ['POST /mcp', 'POST /mcp', 'DELETE /mcp'].map((route) => [route, 's-1', '2025-06-18']),
    );
  });

  it('talks without a handshake to a server that knows none', async () => {
    speak({ initialize: page(400), 'tools/list': result({ tools: [{}, {}], resultType: 'complete' }) });
    assert.deepEqual(await check(assembly, server.mcpUrl), {
      serverName: undefined,
      serverVersion: undefined,
      credential: 'session',
      milliseconds: 0,
      protocolVersion: '2026-07-28',
      toolCount: 2,
    });
    const last = server.requests.at(-1);
    assert.equal(last?.headers['mcp-protocol-version'], '2026-07-28');
    assert.equal(last.headers['mcp-method'], 'tools/list');
    const { _meta: metadata } = JSON.parse(last.body).params;
    assert.equal(metadata['io.modelcontextprotocol/protocolVersion'], '2026-07-28');
    assert.deepEqual(metadata['io.modelcontextprotocol/clientCapabilities'], {});
  });

  it('asks for no tools where the server has none', async () => {
    speak({ initialize: result({ protocolVersion: '2025-06-18', capabilities: {} }) });
    assert.equal((await check(assembly, server.mcpUrl)).toolCount, undefined);
  });

  it('finds out that tools are challenged although initialize is not', async () => {
    speak({ initialize, 'tools/list': unauthorized('Bearer error="invalid_token"') });
    await assert.rejects(check(assembly, server.mcpUrl), { code: 'token_rejected' });
  });

  const failures: readonly [string, Answer, string, RegExp][] = [
    ['HTTP 500', page(500), 'server_error', /has a problem \(HTTP 500\)/],
    ['a page', page(), 'invalid_definition', /answers with a web page \("Welcome"\), not as an MCP server/],
    ['something that is no initialize result', result('hello'), 'invalid_response', /not as an MCP server/],
    ['a reset connection', reset, 'network', /connection was reset/],
    [
      'a connection reset within the answer',
      { kind: 'partial', body: '{"js', end: 'reset' },
      'network',
      /connection was reset/,
    ],
    [
      'an MCP error, quoted and cut',
      ({ body }) =>
        json({ jsonrpc: '2.0', id: JSON.parse(body).id, error: { code: 1, message: `"${'x'.repeat(400)}` } }),
      'server_error',
      / answered with an error of its own: "\\"x{199}"\.$/,
    ],
  ];
  for (const [what, answer, code, message] of failures) {
    it(`fails with ${code} after ${what}`, async () => {
      speak({ initialize: answer });
      await assert.rejects(check(assembly, server.mcpUrl), { name: 'AuthError', code, message });
    });
  }

  for (const [what, answer] of [
    ['an answer', silence],
    ['the rest of an answer', { kind: 'partial', body: '{', end: 'silence' }],
  ] as const) {
    it(`waits 30 seconds for ${what}`, async () => {
      speak({ initialize: answer });
      const received = server.next('POST /mcp');
      const report = check(assembly, server.mcpUrl);
      await received;
      assembly.clock.advance(30_000);
      await assert.rejects(report, { code: 'timeout', message: /within 30 seconds/ });
    });
  }

  it('is cancelled by its signal', async () => {
    speak({ initialize: silence });
    const controller = new AbortController();
    const received = server.next('POST /mcp');
    const report = check(assembly, server.mcpUrl, { signal: controller.signal });
    await received;
    controller.abort();
    await assert.rejects(report, { code: 'cancelled' });
  });

  it('refreshes a session whose token looks like a server that is down, and connects', async () => {
    const old = assembly.sessions.get(server.mcpUrl)?.tokens.accessToken;
    server.answer(
      'POST /mcp',
      byHeader('authorization', `Bearer ${old}`, [
        page(500),
        byHeader('authorization', /./, [speakMcp(), unauthorized('Bearer')]),
      ]),
    );
    assert.equal((await check(assembly, server.mcpUrl)).toolCount, 2);
    assert.notEqual(assembly.sessions.get(server.mcpUrl)?.tokens.accessToken, old);
  });

  it('leaves a session alone at a server that is down for everybody', async () => {
    const old = assembly.sessions.get(server.mcpUrl);
    server.answer('POST /mcp', page(500));
    await assert.rejects(check(assembly, server.mcpUrl), { code: 'server_error', remedy: 'retry' });
    assert.equal(assembly.sessions.get(server.mcpUrl), old);
  });

  it('says that a session is rejected although it was refreshed', async () => {
    server.answer('POST /mcp', byHeader('authorization', /./, [page(500), unauthorized('Bearer')]));
    await assert.rejects(check(assembly, server.mcpUrl), {
      code: 'token_rejected',
      remedy: 'authenticate',
      message:
        / answers HTTP 500 to the session, but asks for a credential without it: it does not accept it any more\. Authenticate again\.$/,
    });
  });

  it('names the scopes that are missing', async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
    server.answer(
      'POST /mcp',
      text('', 'text/plain', { status: 403, headers: { 'www-authenticate': challenge } }),
    );
    await assert.rejects(check(assembly, server.mcpUrl), {
      code: 'insufficient_scope',
      remedy: 'authenticate',
      message: /"files:write"/,
    });
  });

  it('says that the account is refused, in the words of the server', async () => {
    server.answer(
      'POST /mcp',
      byHeader('authorization', /./, [json({ error: 'No seat' }, { status: 403 }), unauthorized('Bearer')]),
    );
    await assert.rejects(check(assembly, server.mcpUrl), {
      code: 'authorization_refused',
      remedy: 'authenticate',
      message: / knows the session, but refuses it \(HTTP 403: "No seat"\)\.$/,
    });
  });

  it('refreshes once for the event stream too', async () => {
    server.answer('GET /mcp', unauthorized('Bearer'));
    await assert.rejects(check(assembly, server.mcpUrl, { transport: 'sse' }), { code: 'token_rejected' });
    assert.equal(server.asked.filter((route) => route === 'GET /mcp').length, 2);
  });
});
