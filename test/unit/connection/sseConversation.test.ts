import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { openSseConversation } from '../../../src/core/connection/sseConversation.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { until } from '../../support/authenticationSuite.ts';
import { createCleanup } from '../../support/cleanup.ts';
import { listen } from '../../support/demo/listener.ts';
import { startSdkSseServer } from '../../support/sdkSseServer.ts';

const send: Fetch = (url, init) => fetch(url, { ...init, redirect: 'manual' });

describe('openSseConversation', () => {
  const cleanup = createCleanup();
  afterEach(() => cleanup.run());

  it('shakes hands with a server of the official SDK, asks for its tools, and leaves', async () => {
    const server = await startSdkSseServer();
    cleanup.defer(server.close);
    const conversation = await openSseConversation(new URL(server.sseUrl), send);
    const { serverName, serverVersion, protocolVersion, hasTools } = conversation;
    assert.deepEqual(
      { serverName, serverVersion, protocolVersion, hasTools },
      { serverName: 'old-server', serverVersion: '1.2.3', protocolVersion: '2025-11-25', hasTools: true },
    );
    const list = await conversation.request('tools/list');
    assert.match(JSON.stringify(list), /"name":"one".*"name":"two"/);
    assert.equal(server.openStreams(), 1);
    await conversation.close();
    await until(() => server.openStreams() === 0, 'the stream is still open');
    assert.deepEqual(
      server.requests.map(({ route }) => route),
      ['GET /sse', 'POST /messages', 'POST /messages', 'POST /messages'],
    );
  });

  it('tells what the server says of a request that fails, and goes on', async () => {
    const server = await startSdkSseServer();
    cleanup.defer(server.close);
    const conversation = await openSseConversation(new URL(server.sseUrl), send);
    await assert.rejects(conversation.request('no/such/method'), {
      name: 'AuthError',
      code: 'server_error',
      message: / answered with an error of its own: "(?:MCP error -32601: )?Method not found"\.$/,
    });
    assert.ok(await conversation.request('tools/list'));
    await conversation.close();
  });

  /** A server whose stream begins with this, and goes on as a POST says. */
  async function hostile(
    begin: (stream: ServerResponse, origin: string) => void,
    onPost: (stream: ServerResponse, response: ServerResponse) => void = (_, response) =>
      response.writeHead(202).end(),
  ) {
    const { server, origin, close } = await listen('127.0.0.1', 0);
    cleanup.defer(close);
    let stream: ServerResponse | undefined;
    let streamClosed = false;
    const posts: string[] = [];
    server.on('request', (request, response) => {
      if (request.method === 'GET') {
        stream = response;
        response.on('close', () => {
          streamClosed = true;
        });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        begin(response, origin);
        return;
      }
      posts.push(request.url ?? '');
      request.resume().on('end', () => stream && onPost(stream, response));
    });
    return { url: new URL(`${origin}/sse`), posts, isClosed: () => streamClosed };
  }

  const endpoint = (data: string) => `event: endpoint\ndata: ${data}\n\n`;
  const greeting = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'x' } };
  const answer = (id: unknown) =>
    `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result: greeting })}\n\n`;

  for (const [what, address] of [
    ['another host', () => 'http://evil.invalid/messages'],
    ['another port', () => 'http://127.0.0.1:1/messages'],
    ['another scheme', (origin: string) => origin.replace('http', 'https')],
    ['the same host with a user name', (origin: string) => origin.replace('//', '//me@')],
    ['what is no address', () => 'http://['],
    ['a script', () => 'javascript:alert(1)'],
  ] as const) {
    it(`sends nothing to an endpoint that is ${what}`, async () => {
      const { url, posts, isClosed } = await hostile((stream, origin) =>
        stream.write(endpoint(address(origin))),
      );
      await assert.rejects(openSseConversation(url, send), {
        code: 'invalid_response',
        message: / wants messages to be sent to another server/,
      });
      assert.deepEqual(posts, []);
      await until(isClosed, 'the stream is still open');
    });
  }

  it('finds the endpoint and the answer among other events, however they are cut', async () => {
    const { url, posts } = await hostile(
      (stream) =>
        stream.write(
          `: hello\n\nevent: message\ndata: early\n\nevent: other\ndata: x\n\n${endpoint('messages?a=1')}`,
        ),
      (stream, response) => {
        const text = `${answer(7)}event: endpoint\ndata: /elsewhere\n\n: ping\n\n${answer(1)}`;
        stream.write(text.slice(0, 40));
        setImmediate(() => stream.write(text.slice(40)));
        response.writeHead(202).end();
      },
    );
    const conversation = await openSseConversation(url, send);
    assert.equal(conversation.serverName, 'x');
    assert.deepEqual(posts, ['/messages?a=1', '/messages?a=1']);
    await conversation.close();
  });

  it('finds an answer that comes before its request was accepted', async () => {
    const { url } = await hostile(
      (stream) => stream.write(endpoint('/messages')),
      (stream, response) => stream.write(answer(1), () => response.writeHead(202).end()),
    );
    await (await openSseConversation(url, send)).close();
  });

  const failures: readonly [
    string,
    (stream: ServerResponse) => void,
    ((stream: ServerResponse, response: ServerResponse) => void) | undefined,
    object,
  ][] = [
    [
      'a stream that ends before the endpoint',
      (stream) => stream.end(': nothing\n\n'),
      undefined,
      { code: 'invalid_response', message: / ended its event stream before it had answered\.$/ },
    ],
    [
      'a stream that ends before the answer',
      (stream) => stream.write(endpoint('/messages')),
      (stream, response) => {
        response.writeHead(202).end();
        stream.end();
      },
      { code: 'invalid_response', message: / ended its event stream before it had answered\.$/ },
    ],
    [
      'a stream that breaks off',
      (stream) => stream.write(endpoint('/messages')),
      (stream, response) => {
        response.writeHead(202).end();
        stream.socket?.resetAndDestroy();
      },
      { code: 'network', message: / did not finish its answer: / },
    ],
    [
      'a stream of more than 5 MB',
      (stream) => stream.write(`data: ${'x'.repeat(5_000_001)}`),
      undefined,
      { code: 'invalid_response', message: / sent more than 5 MB without an answer\.$/ },
    ],
    [
      'a message that is refused',
      (stream) => stream.write(endpoint('/messages')),
      (_stream, response) => response.writeHead(404).end(),
      { code: 'server_error', message: / answered HTTP 404\.$/ },
    ],
    [
      'an answer that is no greeting',
      (stream) => stream.write(endpoint('/messages')),
      (stream, response) => {
        response.writeHead(202).end();
        stream.write('data: {"jsonrpc":"2.0","id":1,"result":"hello"}\n\n');
      },
      { code: 'invalid_response', message: / answered, but not as an MCP server\.$/ },
    ],
  ];
  for (const [what, begin, onPost, error] of failures) {
    it(`fails after ${what}, and closes the stream`, async () => {
      const { url, isClosed } = await hostile(begin, onPost);
      await assert.rejects(openSseConversation(url, send), { name: 'AuthError', ...error });
      await until(isClosed, 'the stream is still open');
    });
  }

  it('ends with the signal of its requests, while it waits for an answer', async () => {
    const { url, posts, isClosed } = await hostile((stream) => stream.write(endpoint('/messages')));
    const controller = new AbortController();
    const conversation = openSseConversation(url, (to, init) =>
      send(to, { ...init, signal: controller.signal }),
    );
    await until(() => posts.length === 1, 'nothing was posted');
    controller.abort();
    await assert.rejects(conversation);
    await until(isClosed, 'the stream is still open');
  });
});
