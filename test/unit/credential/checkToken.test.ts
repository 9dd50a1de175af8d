import assert from 'node:assert/strict';
import { checkToken, type TokenVerdict } from '../../../src/core/credential/checkToken.ts';
import type { SavedToken } from '../../../src/core/credential/savedToken.ts';
import { AuthError } from '../../../src/core/errors.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import type { Answer, MisbehavingServer, ReceivedRequest } from '../../support/misbehavingServer.ts';
import { json, page, redirect, reset, silence, text, unauthorized } from '../../support/reply.ts';

const secret = 'secret-of-the-person';
const token = { headerName: 'Authorization', scheme: 'Bearer', token: secret };

describe('checkToken', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let clock: FakeClock;

  beforeEach(async () => {
    server = await suite.server();
    clock = new FakeClock();
  });
  afterEach(() => assert.equal(clock.timerCount, 0));

  interface Options {
    readonly token?: Pick<SavedToken, 'headerName' | 'scheme' | 'token'>;
    readonly transport?: 'http' | 'sse';
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
    readonly url?: string;
  }

  async function check(options: Options = {}): Promise<TokenVerdict> {
    const { signal = new AbortController().signal, url = server.mcpUrl, ...rest } = options;
    const target = { serverUrl: new URL(url), transport: 'http', token, ...rest } as const;
    return await checkToken(target, { fetch: globalThis.fetch, clock }, signal);
  }

  /** What is said of a token that is not accepted, checked for the token. */
  async function sentence(kind: TokenVerdict['kind'], options?: Options): Promise<string> {
    const verdict = await check(options);
    assert.equal(verdict.kind, kind);
    assert.ok('error' in verdict);
    assert.ok(!verdict.error.message.includes(secret), verdict.error.message);
    return verdict.error.message;
  }

  const result = (value: unknown): Answer => {
    return ({ body }) => json({ jsonrpc: '2.0', id: JSON.parse(body).id, result: value });
  };
  const greeting = result({ protocolVersion: '2025-06-18', capabilities: { tools: {} } });

  /** A server that answers those who have the token, by method; the others get something else. */
  function speak(answers: Readonly<Record<string, Answer>>, others: Answer = unauthorized('Bearer')): void {
    server.answer('POST /mcp', (request: ReceivedRequest) => {
      const isMember = request.headers.authorization === `Bearer ${secret}`;
      const { method } = JSON.parse(request.body);
      const answer = isMember ? (answers[method] ?? text('', 'text/plain', { status: 202 })) : others;
      return typeof answer === 'function' ? answer(request) : answer;
    });
  }

  const sent = () => server.requests.map(({ body, headers }) => [methodOf(body), headers.authorization]);
  const methodOf = (body: string): unknown => (body === '' ? '' : JSON.parse(body).method);

  it('accepts what the server takes, with the token on every request, and asks once without it', async () => {
    speak({ initialize: greeting, 'tools/list': result({ tools: [] }) });
    assert.deepEqual(await check(), { kind: 'accepted' });
    assert.deepEqual(sent(), [
      ['initialize', `Bearer ${secret}`],
      ['notifications/initialized', `Bearer ${secret}`],
      ['tools/list', `Bearer ${secret}`],
      ['initialize', undefined],
    ]);
  });

  it('asks in the header that the token goes in, beside those of the definition', async () => {
    server.answer('POST /mcp', unauthorized('Bearer'));
    const headers = { 'X-Team': 'seven', 'x-api-key': 'old' };
    await check({ token: { headerName: 'X-API-Key', scheme: undefined, token: secret }, headers });
    const [request] = server.requests;
    assert.equal(request?.headers['x-api-key'], secret);
    assert.equal(request?.headers['x-team'], 'seven');
    assert.equal(request?.headers.authorization, undefined);
  });

  it('says that a token proves nothing where everybody is let in', async () => {
    const handshake: Readonly<Record<string, Answer>> = {
      initialize: greeting,
      'tools/list': result({ tools: [] }),
    };
    server.answer('POST /mcp', (request) => {
      const answer = handshake[String(methodOf(request.body))] ?? text('', 'text/plain', { status: 202 });
      return typeof answer === 'function' ? answer(request) : answer;
    });
    assert.deepEqual(await check(), { kind: 'notNeeded' });
  });

  it('accepts a token where everybody may begin, and only tools are challenged', async () => {
    const handshake: Readonly<Record<string, Answer>> = {
      initialize: greeting,
      'tools/list': result({ tools: [] }),
    };
    server.answer('POST /mcp', (request) => {
      const method = String(methodOf(request.body));
      const isMember = request.headers.authorization !== undefined;
      const answer =
        method === 'tools/list' && !isMember
          ? unauthorized('Bearer')
          : (handshake[method] ?? text('', 'text/plain', { status: 202 }));
      return typeof answer === 'function' ? answer(request) : answer;
    });
    assert.deepEqual(await check(), { kind: 'accepted' });
  });

  it('rejects after one request what the server answers with 401', async () => {
    server.answer('POST /mcp', unauthorized('Bearer'));
    assert.match(await sentence('rejected'), /does not accept the credential that was sent to it\.$/);
    assert.equal(server.requests.length, 1);
  });

  it('tells why, in the words of the server, but without the token', async () => {
    const description = `The token ${secret} has expired`;
    server.answer(
      'POST /mcp',
      unauthorized(`Bearer error="invalid_token", error_description="${description}"`),
    );
    assert.match(await sentence('rejected'), / It says: "The token … has expired"\.$/);
  });

  it('shortens and quotes what the server says', async () => {
    server.answer('POST /mcp', unauthorized(`Bearer error_description="${'x'.repeat(500)}"`));
    assert.match(await sentence('rejected'), / It says: "x{200}"\.$/);
  });

  it('rejects what the server forbids without asking for scopes', async () => {
    server.answer('POST /mcp', page(403));
    assert.match(await sentence('rejected'), /forbids access with this token \(HTTP 403\)\.$/);
  });

  it('tells a token that may do too little from a wrong one', async () => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' };
    server.answer('POST /mcp', text('', 'text/plain', { status: 403, headers }));
    assert.match(await sentence('limited'), /more permissions than this credential has \("admin"\)/);
  });

  it('rejects a token that only tools are refused with', async () => {
    speak({ initialize: greeting, 'tools/list': unauthorized('Bearer') });
    await sentence('rejected');
  });

  const unclear: readonly (readonly [string, Answer, RegExp])[] = [
    ['a reset connection', reset, /connection was reset/],
    ['HTTP 500', page(500), /has a problem \(HTTP 500\)/],
    ['HTTP 429', page(429), /asks to slow down/],
    ['HTTP 404', page(404), /answered HTTP 404/],
    ['a page', page(), /not with an MCP message/],
    ['an error that repeats the token', repeating(secret), /What is …\?/],
    ['an error that repeats the header', repeating(`Bearer ${secret}`), /What is Bearer …\?/],
  ];
  for (const [what, answer, message] of unclear) {
    it(`knows nothing after ${what}`, async () => {
      server.answer('POST /mcp', answer);
      assert.match(await sentence('unknown'), message);
    });
  }

  function repeating(words: string): Answer {
    return ({ body }) =>
      json({ jsonrpc: '2.0', id: JSON.parse(body).id, error: { code: 1, message: `What is ${words}?` } });
  }

  it('sends the token along no redirect', async () => {
    const other = await suite.server();
    server.answer('POST /mcp', redirect(other.mcpUrl));
    assert.match(await sentence('unknown'), /answered HTTP 302/);
    assert.deepEqual(other.asked, []);
  });

  it('knows nothing after 30 seconds of silence', async () => {
    server.answer('POST /mcp', silence);
    const received = server.next('POST /mcp');
    const verdict = sentence('unknown');
    await received;
    clock.advance(30_000);
    assert.match(await verdict, /did not answer within 30 seconds/);
  });

  it('accepts what the server takes although it does not answer others', async () => {
    speak({ initialize: greeting, 'tools/list': result({ tools: [] }) }, silence);
    const verdict = check();
    for (let count = 0; count < 4; count++) {
      await server.next('POST /mcp');
    }
    clock.advance(30_000);
    assert.deepEqual(await verdict, { kind: 'accepted' });
  });

  it('is cancelled by its signal', async () => {
    server.answer('POST /mcp', silence);
    const controller = new AbortController();
    const received = server.next('POST /mcp');
    const verdict = check({ signal: controller.signal });
    await received;
    controller.abort(new AuthError('cancelled', 'Cancelled.'));
    await assert.rejects(verdict, { code: 'cancelled' });
  });

  it('opens the event stream, and no more, in the transport of 2024-11-05', async () => {
    const stream = text('event: endpoint\ndata: /messages\n\n', 'text/event-stream');
    server.answer('GET /mcp', ({ headers }) =>
      headers.authorization === `Bearer ${secret}` ? stream : unauthorized('Bearer'),
    );
    assert.deepEqual(await check({ transport: 'sse' }), { kind: 'accepted' });
    assert.deepEqual(server.asked, ['GET /mcp', 'GET /mcp']);
    await sentence('rejected', { transport: 'sse', token: { ...token, token: 'secret-of-another' } });
  });

  it('sends nothing over plain http to another machine', async () => {
    const target = { serverUrl: new URL('http://mcp.example/mcp'), transport: 'http', token } as const;
    const unexpected: Fetch = () => assert.fail('sent');
    const { signal } = new AbortController();
    const verdict = checkToken(target, { fetch: unexpected, clock }, signal);
    await assert.rejects(verdict, { code: 'insecure_url' });
  });

  it('sends nothing that cannot be in a header', async () => {
    const broken = { ...token, token: `${secret}\r\nx: y` };
    await assert.rejects(check({ token: broken }), (error: Error) => {
      assert.ok(!error.message.includes(secret));
      return 'code' in error && error.code === 'invalid_definition';
    });
    assert.deepEqual(server.asked, []);
  });
});
