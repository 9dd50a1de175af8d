import assert from 'node:assert/strict';
import { probeServer } from '../../../src/core/oauth/probe.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import type { Answer } from '../../support/misbehavingServer.ts';
import { json, page, type Reply, redirect, reset, silence, text, unauthorized } from '../../support/reply.ts';

describe('probeServer', () => {
  const suite = authenticationSuite();

  async function probe(answer: Answer, transport: 'http' | 'sse' = 'http') {
    const route = `${transport === 'sse' ? 'GET' : 'POST'} /mcp`;
    const server = await suite.server(() => ({ [route]: answer }));
    const { clock, ports, lines } = suite.assemble();
    const controller = new AbortController();
    const received = server.next(route);
    const serverUrl = new URL(server.mcpUrl);
    const result = probeServer({ serverUrl, transport }, ports, controller.signal);
    // For tests that want to see it fail later.
    result.catch(() => undefined);
    return { result, clock, lines, controller, request: await received };
  }

  /** A server that gives one answer after the other; `rest` tells the methods it was asked for. */
  async function probeInTurn(...answers: readonly Reply[]) {
    let next = 0;
    const server = await suite.server(() => ({ 'POST /mcp': () => answers[next++] ?? page(500) }));
    const { ports } = suite.assemble();
    const serverUrl = new URL(server.mcpUrl);
    const result = probeServer({ serverUrl, transport: 'http' }, ports, new AbortController().signal);
    return {
      result,
      rest: async () => {
        await result;
        return server.requests
          .filter(({ route }) => route === 'POST /mcp')
          .map(({ body }) => JSON.parse(body).method);
      },
    };
  }

  it('sends initialize without a credential, in the Streamable HTTP transport', async () => {
    const { request, result } = await probe(unauthorized('Bearer scope="a"'));
    assert.equal(JSON.parse(request.body).method, 'initialize');
    assert.equal(request.headers.accept, 'application/json, text/event-stream');
    assert.equal(request.headers.authorization, undefined);
    assert.deepEqual(await result, {
      kind: 'challenged',
      challenge: { resourceMetadata: undefined, scope: 'a', error: undefined },
    });
  });

  it('asks for the event stream, in the transport of 2024-11-05', async () => {
    const { request, result } = await probe(unauthorized('Bearer'), 'sse');
    assert.equal(request.headers.accept, 'text/event-stream');
    assert.equal((await result).kind, 'challenged');
  });

  it('is challenged by a 401 that says nothing', async () => {
    const { result } = await probe(unauthorized());
    assert.deepEqual(await result, { kind: 'challenged', challenge: undefined });
  });

  it('is challenged by a 403 with a challenge', async () => {
    const { result } = await probe(
      text('', 'text/plain', { status: 403, headers: { 'www-authenticate': 'Bearer' } }),
    );
    assert.equal((await result).kind, 'challenged');
  });

  it('finds a server open that answers, also if its answer never ends', async () => {
    const { result, clock, lines } = await probe({ kind: 'partial', body: '{', end: 'silence' });
    await until(() => lines.some((line) => line.includes('status=200')), 'the server has not answered');
    clock.advance(30_000);
    const found = await result;
    assert.ok(found.kind === 'open');
    assert.equal(found.problem?.code, 'timeout');
  });

  it('finds a server open that answers with something else than MCP, and says so', async () => {
    const found = await (await probe(page(200))).result;
    assert.ok(found.kind === 'open');
    assert.equal(found.problem?.code, 'invalid_response');
  });

  it('finds a server open that answers as an MCP server, although it fails later', async () => {
    const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} } };
    const { result: found } = await probeInTurn(
      json({ jsonrpc: '2.0', id: 1, result }),
      text('', 'text/plain', { status: 202 }),
      page(500),
    );
    assert.deepEqual(await found, { kind: 'open' });
  });

  it('is challenged by a server that lets everybody begin, but not see its tools', async () => {
    const { result, rest } = await probeInTurn(
      json({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } } }),
      text('', 'text/plain', { status: 202 }),
      unauthorized('Bearer scope="late"'),
    );
    const found = await result;
    assert.ok(found.kind === 'challenged');
    assert.equal(found.challenge?.scope, 'late');
    assert.deepEqual(await rest(), ['initialize', 'notifications/initialized', 'tools/list']);
  });

  it('is challenged by a server that knows no handshake', async () => {
    const { result, rest } = await probeInTurn(page(400), unauthorized('Bearer scope="stateless"'));
    const found = await result;
    assert.ok(found.kind === 'challenged');
    assert.equal(found.challenge?.scope, 'stateless');
    assert.deepEqual(await rest(), ['initialize', 'tools/list']);
  });

  const failures: readonly [string, Answer, string, RegExp][] = [
    ['a 403 without a challenge', page(403), 'server_error', /answered HTTP 403/],
    ['a 404', page(404), 'server_error', /answered HTTP 404/],
    ['a 500', json({}, { status: 500 }), 'server_error', /has a problem \(HTTP 500\)/],
    ['a redirect, which is not followed', redirect('/login'), 'server_error', /answered HTTP 302/],
    ['a reset connection', reset, 'network', /the connection was reset/],
  ];
  for (const [what, answer, code, message] of failures) {
    it(`reports ${what} as a failure`, async () => {
      const result = await (await probe(answer)).result;
      assert.ok(result.kind === 'failed');
      assert.equal(result.error.code, code);
      assert.match(result.error.message, message);
    });
  }

  it('reports a server that takes longer than 30 seconds as a failure', async () => {
    const { result, clock } = await probe(silence);
    clock.advance(30_000);
    const failed = await result;
    assert.ok(failed.kind === 'failed');
    assert.equal(failed.error.code, 'timeout');
  });

  it('throws when it is cancelled', async () => {
    const { result, controller } = await probe(silence);
    controller.abort();
    await assert.rejects(result, { code: 'cancelled' });
  });
});
