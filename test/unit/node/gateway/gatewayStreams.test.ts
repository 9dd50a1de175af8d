import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { until } from '../../../support/authenticationSuite.ts';
import { ask, begin, bodyOf, gatewaySuite, headerCredential } from '../../../support/gatewaySuite.ts';

describe('the gateway, with what flows through it', () => {
  const suite = gatewaySuite();

  /** A server that leaves its requests and answers to the test. */
  async function held() {
    const exchanges: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
    const { origin } = await suite.server((request, response) => {
      exchanges.push({ request, response });
    });
    const next = async () => {
      await until(() => exchanges.length > 0, 'no request has come');
      return exchanges.shift() ?? assert.fail();
    };
    return { endpoint: await suite.open(`${origin}/mcp`), next };
  }

  it('passes headers on before there is a body', async () => {
    const { endpoint, next } = await held();
    const { request, answer } = begin(endpoint, { method: 'GET' });
    const { response } = await next();
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's1' }).flushHeaders();
    assert.equal((await answer).headers['mcp-session-id'], 's1');
    request.destroy();
  });

  it('passes every event on by itself', async () => {
    const { endpoint, next } = await held();
    const { request, answer } = begin(endpoint, { method: 'GET' });
    const { response } = await next();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of ['data: 1\n\n', 'data: 2\n\n', 'id: 3\ndata: drei\n\n']) {
      response.write(event);
      const [chunk] = await once(await answer, 'data');
      assert.equal(String(chunk), event);
    }
    request.destroy();
  });

  it('passes a compressed answer on as it is', async () => {
    const { endpoint, next } = await held();
    const { answer } = begin(endpoint, { headers: { 'accept-encoding': 'gzip' }, body: '{}' });
    const { request, response } = await next();
    assert.equal(request.headers['accept-encoding'], 'gzip');
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '3' }).end('zip');
    assert.equal((await answer).headers['content-encoding'], 'gzip');
    assert.equal(await bodyOf(await answer), 'zip');
  });

  it('passes a request on while it is still being sent, where it is long', async () => {
    suite.limited({ keptBody: 10 });
    const { endpoint, next } = await held();
    const { request } = begin(endpoint, {
      headers: { 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(11),
    });
    assert.equal(await bodyOf((await next()).request), 'x'.repeat(11));
    request.destroy();
  });

  it('ends the request to the server when the client goes, before and while it is answered', async () => {
    const { endpoint, next } = await held();
    for (const isBegun of [false, true]) {
      const { request, answer } = begin(endpoint, { method: 'GET' });
      const { response } = await next();
      if (isBegun) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        await answer;
      }
      request.destroy();
      await until(() => response.closed, 'the server still answers');
      assert.ok(!response.writableFinished);
    }
    assert.deepEqual(suite.lines, []);
  });

  it('aborts what is done for the credential when the client goes', async () => {
    const waiting = Promise.withResolvers<AbortSignal>();
    const endpoint = await suite.open('https://mcp.example/mcp', {
      credential: ({ signal }) => {
        waiting.resolve(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    const { request } = begin(endpoint, { body: '{}' });
    const signal = await waiting.promise;
    request.destroy();
    await until(() => signal.aborted, 'it goes on');
    assert.deepEqual(suite.lines, []);
  });

  it('breaks the answer off where the server does', async () => {
    const { endpoint, next } = await held();
    const { answer } = begin(endpoint, { body: '{}' });
    const { response } = await next();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    const received = await answer;
    await once(received, 'data');
    response.destroy();
    await assert.rejects(bodyOf(received), { code: 'ECONNRESET' });
  });

  it('breaks the answer off where the server does, of a length that it has declared', async () => {
    const { endpoint, next } = await held();
    for (const length of [1000, 1_000_000]) {
      const { answer } = begin(endpoint, { body: '{}' });
      const { response } = await next();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': length }).write('{');
      const received = await answer;
      await once(received, 'data');
      response.destroy();
      await assert.rejects(bodyOf(received), { code: 'ECONNRESET' });
    }
  });

  it('passes on what has come of a short answer, and the rest when it comes', async () => {
    const { endpoint, next } = await held();
    const { answer } = begin(endpoint, { body: '{}' });
    const { response } = await next();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 }).write('{');
    const received = await answer;
    const [first] = await once(received, 'data');
    assert.equal(String(first), '{');
    response.end('}');
    assert.equal(await bodyOf(received), '}');
  });

  it('gives headers that can be read to whatever comes between, where that has to write them anew', async () => {
    const { origin } = await suite.server((request, response) => response.end(request.headers.authorization));
    const plain = new URL('http://mcp.example:8080/mcp?a=1');
    const seen: http.RequestOptions[] = [];
    const { request } = http;
    suite.defer(() => {
      http.request = request;
    });
    const endpoint = await suite.open(plain, {
      credential: (client) => headerCredential(plain, client, { kind: 'none' }),
    });
    const question = begin(endpoint, { headers: { 'x-a': ['1', '2'] }, body: '{}' });
    // As VS Code does for a proxy.
    http.request = ((options: http.RequestOptions) => {
      seen.push(options);
      return request({ ...options, hostname: '127.0.0.1', port: new URL(origin).port });
    }) as typeof http.request;
    assert.equal((await question.answer).statusCode, 200);
    const { path, headers } = seen[0] ?? assert.fail();
    assert.equal(path, '/mcp?a=1');
    assert.deepEqual(
      { ...headers },
      {
        connection: 'keep-alive',
        'content-length': '2',
        host: 'mcp.example:8080',
        'x-a': '1, 2',
      },
    );
  });

  /** More than all buffers between a client and a server hold. */
  const total = 32 * 1024 * 1024;

  /** Waits until everything stands still: what nobody reads fills the buffers in between, and nothing else. */
  async function untilStill(position: () => number): Promise<number> {
    let [last, turns] = [-1, 0];
    await until(() => {
      const now = position();
      turns = now === last ? turns + 1 : 0;
      last = now;
      return turns > 50;
    }, 'it never stands still');
    return last;
  }

  async function sizeOf(message: IncomingMessage): Promise<number> {
    let size = 0;
    for await (const part of message) {
      size += part.byteLength;
    }
    return size;
  }

  it('reads no more of an answer than its client does', async () => {
    const { endpoint, next } = await held();
    const { answer } = begin(endpoint, { method: 'GET' });
    const { response } = await next();
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let written = 0;
    const write = () => {
      while (written < total && response.write(chunk)) {
        written += chunk.byteLength;
      }
    };
    response.on('drain', () => {
      written += chunk.byteLength;
      write();
      if (written === total) {
        response.end();
      }
    });
    write();
    const received = await answer;
    assert.ok((await untilStill(() => written)) < total, 'the whole answer is somewhere in between');
    assert.equal(await sizeOf(received), total);
  });

  it('reads no more of a request than its server does, where it is long', async () => {
    suite.limited({ keptBody: 10 });
    const { endpoint, next } = await held();
    const headers = { 'content-length': String(total) };
    const { request } = begin(endpoint, { headers, body: Buffer.alloc(total, 'x') });
    const exchange = await next();
    const left = await untilStill(() => request.socket?.writableLength ?? 0);
    assert.ok(left > 0, 'the whole request is somewhere in between');
    assert.equal(await sizeOf(exchange.request), total);
    request.destroy();
  });

  it('keeps connections to the server', async () => {
    const sockets = new Set<unknown>();
    const { origin } = await suite.server((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const endpoint = await suite.open(origin);
    for (let count = 0; count < 5; count++) {
      assert.equal((await ask(endpoint, { body: '{}' })).status, 200);
    }
    assert.equal(sockets.size, 1);
  });

  it('ends everything that goes on through an endpoint when that is closed', async () => {
    const { endpoint, next } = await held();
    const closed = begin(endpoint, { method: 'GET' });
    const first = await next();
    first.response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const received = await closed.answer;
    suite.gateway.close('a');
    await assert.rejects(bodyOf(received), { code: 'ECONNRESET' });
    await until(() => first.response.closed, 'the server still answers');
  });

  describe('by the transport of 2024-11-05', () => {
    /** Opens a stream that begins with these pieces; gives what the client gets of it. */
    async function stream(...pieces: readonly string[]) {
      const exchanges: ServerResponse[] = [];
      const posts: (string | undefined)[] = [];
      const { origin } = await suite.server((request, response) => {
        if (request.method === 'POST') {
          posts.push(request.url);
          response.writeHead(202).end();
          return;
        }
        exchanges.push(response);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const piece of pieces) {
          response.write(piece.replace('{origin}', origin));
        }
      });
      const endpoint = await suite.open(`${origin}/sse`, { transport: 'sse' });
      const { request, answer } = begin(endpoint, { method: 'GET' });
      return { endpoint, request, received: await answer, posts, exchanges };
    }

    for (const [what, pieces] of [
      ['a path', ['event: endpoint\ndata: /messages?a=b\n\n']],
      ['a whole address', ['event: endpoint\ndata: {origin}/messages?a=b\n\n']],
      ['a relative path', ['event: endpoint\r\ndata: messages?a=b\r\n\r\n']],
      ['an event in pieces', ['event: end', 'point\n', 'data: /mess', 'ages?a=b\n', '\n']],
      ['an event after a comment', [': hello\n\nevent: endpoint\ndata: /messages?a=b\n\n']],
    ] as const) {
      it(`leads messages through the gateway, where the server names ${what}`, async () => {
        const { endpoint, request, received, posts, exchanges } = await stream(...pieces);
        let text = '';
        received.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        await until(() => /data: .+\n\n$/.test(text), 'the event does not come');
        const [, path = ''] =
          /event: endpoint\ndata: (\/[\w-]{43}\/message\/[\w-]{22})\n\n$/.exec(text) ?? [];
        assert.equal((await ask(new URL(path, endpoint), { body: '{}' })).status, 202);
        assert.deepEqual(posts, ['/messages?a=b']);
        exchanges[0]?.write('data: {"größe":1}\n\n');
        await until(() => text.endsWith('data: {"größe":1}\n\n'), 'the message does not come');
        request.destroy();
        await until(() => exchanges[0]?.closed === true, 'the stream is still open');
        assert.equal((await ask(new URL(path, endpoint), { body: '{}' })).status, 404);
      });
    }

    for (const [what, piece] of [
      ['another origin', 'event: endpoint\ndata: https://attacker.example/messages\n\n'],
      ['another port', 'event: endpoint\ndata: http://127.0.0.1:1/messages\n\n'],
      ['a name and a password', 'event: endpoint\ndata: //a:b@{origin}/\n\n'],
      ['no address', 'event: endpoint\ndata: http://[\n\n'],
      ['nothing, at length', `: ${'x'.repeat(70_000)}`],
    ] as const) {
      it(`breaks off where the server names ${what}`, async () => {
        const { received, posts } = await stream(piece);
        await assert.rejects(bodyOf(received), { code: 'ECONNRESET' });
        assert.deepEqual(posts, []);
        await until(() => suite.lines.length === 1, 'nothing is said');
      });
    }

    it('asks for a stream that is not compressed, and takes no other', async () => {
      const accepted: unknown[] = [];
      const { origin } = await suite.server((request, response) => {
        accepted.push(request.headers['accept-encoding']);
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('zip');
      });
      const endpoint = await suite.open(`${origin}/sse`, { transport: 'sse' });
      const { status, body } = await ask(endpoint, { method: 'GET', headers: { 'accept-encoding': 'gzip' } });
      assert.deepEqual([status, accepted], [502, ['identity']]);
      assert.match(body, /compresses its event stream/);
    });
  });
});
