import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { AuthError } from '../../../../src/core/errors.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { ask, begin, gatewaySuite, headerCredential } from '../../../support/gatewaySuite.ts';

describe('the gateway, with an "http" definition whose server may speak the transport of 2024-11-05 only', () => {
  const suite = gatewaySuite();

  interface Listening {
    /** What the client sends. */
    readonly request?: OutgoingHttpHeaders;
    /** What the server answers beside the type. */
    readonly answer?: OutgoingHttpHeaders;
  }

  /** Listens through the gateway to a stream that begins with these pieces. */
  async function listen(pieces: readonly string[], { request: headers = {}, answer: more }: Listening = {}) {
    const asked: (string | undefined)[] = [];
    const accepted: unknown[] = [];
    let stream: ServerResponse | undefined;
    const { origin } = await suite.server((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.method === 'POST') {
        response.writeHead(request.url === '/mcp' ? 405 : 202).end();
        return;
      }
      accepted.push(request.headers['accept-encoding']);
      stream = response.writeHead(200, { 'content-type': 'text/event-stream', ...more });
      response.flushHeaders();
      for (const piece of pieces) {
        response.write(piece.replace('{origin}', origin));
      }
    });
    const endpoint = await suite.open(`${origin}/mcp`);
    const { request, answer } = begin(endpoint, { method: 'GET', headers });
    const received = await answer;
    let text = '';
    let failure: unknown;
    received.once('error', (error) => {
      failure = error;
    });
    received.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return {
      endpoint,
      request,
      received,
      asked,
      accepted,
      text: () => text,
      failure: () => failure,
      write: (piece: string) => stream?.write(piece),
    };
  }

  const messagePath = /^event: endpoint\ndata: (\/[\w-]{43}\/message\/[\w-]{22})\n\n$/m;

  for (const [what, silent, pieces] of [
    ['first', '', ['event: endpoint\ndata: /messages?a=b\n\n']],
    ['without a space', '', ['event:endpoint\ndata:/messages?a=b\n\n']],
    ['with other ends of lines', '', ['event: endpoint\r\ndata: {origin}/messages?a=b\r\n\r\n']],
    ['piece by piece', '', [...'event: endpoint\ndata: messages?a=b\n\n']],
    ['after comments', ': a\n\n:b\n', [': a\n\n:', 'b\n', 'event: endpoint\ndata: /messages?a=b\n\n']],
    ['after its id', 'id: 1\nretry: 5\n', ['id: 1\nretry: 5\neve', 'nt: endpoint\ndata: /messages?a=b\n\n']],
  ] as const) {
    it(`leads messages through the gateway, where the event that says where they go is ${what}`, async () => {
      const { endpoint, request, asked, text, write } = await listen(pieces);
      await until(() => messagePath.test(text()), 'the event does not come');
      const [event = '', path = ''] = messagePath.exec(text()) ?? [];
      assert.equal(text(), `${silent}${event}`);
      assert.equal((await ask(new URL(path, endpoint), { body: '{}' })).status, 202);
      assert.deepEqual(asked, ['GET /mcp', 'POST /messages?a=b']);
      write('event: endpoint\ndata: https://attacker.example/\n\n');
      await until(() => text().endsWith('attacker.example/\n\n'), 'the next event does not come');
      request.destroy();
    });
  }

  for (const [what, text] of [
    ['a message', 'data: 1\n\nevent: endpoint\ndata: /a\n\n'],
    ['a message with its name', 'id: 1\nevent: message\ndata: 1\n\nevent: endpoint\ndata: /a\n\n'],
    ['an empty one, with the time to come again', 'id: 7\nretry: 1\ndata:\n\nevent: endpoint\ndata: /a\n\n'],
    ['one of another name', 'event: endpoints\ndata: /a\n\n'],
    ['one whose name comes last', 'data: /a\nevent: endpoint\n\n'],
    ['half of a message', 'data: {"half'],
    ['a comment without end', `: ${'x'.repeat(70_000)}`],
    ['comments only', ': keep-alive\n\n: keep-alive\n\n'],
  ] as const) {
    it(`passes a stream on as it comes whose first event is ${what}`, async () => {
      const stream = await listen([text]);
      await until(() => stream.text().length === text.length, 'something is held back');
      assert.equal(stream.text(), text);
      stream.request.destroy();
    });
  }

  it('passes every event on by itself', async () => {
    const { request, received, write } = await listen([]);
    for (const event of [
      ': hello\n\n',
      'id: 1\ndata: 1\n\n',
      ': still\n\n',
      'event: endpoint\ndata: 2\n\n',
    ]) {
      write(event);
      const [chunk] = await once(received, 'data');
      assert.equal(chunk, event);
    }
    request.destroy();
  });

  for (const [what, address] of [
    ['another origin', 'https://attacker.example/messages'],
    ['a name and a password', '//a:b@{origin}/'],
    ['nothing, at length', 'x'.repeat(70_000)],
  ] as const) {
    it(`breaks off where messages are to be sent to ${what}`, async () => {
      const { text, failure } = await listen([`event: endpoint\ndata: ${address}`, '\n\n']);
      await until(() => failure() !== undefined, 'the stream goes on');
      assert.equal(text(), '');
      assert.equal(suite.lines.length, 1);
    });
  }

  it('asks for a stream that is not compressed, and passes another one on as it is', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const answer = { 'content-encoding': 'gzip' };
    const text = 'event: endpoint\ndata: zip\n\n';
    const stream = await listen([text], { request: headers, answer });
    await until(() => stream.text() === text, 'something is held back');
    assert.deepEqual(stream.accepted, ['identity']);
    assert.equal(stream.received.headers['content-encoding'], 'gzip');
    stream.request.destroy();
  });

  it('leaves the stream of a session alone, which only Streamable HTTP has', async () => {
    const text = 'event: endpoint\ndata: /a\n\n';
    const request = { 'accept-encoding': 'gzip', 'mcp-session-id': 's1' };
    const stream = await listen([text], { request });
    await until(() => stream.text() === text, 'something is held back');
    assert.deepEqual(stream.accepted, ['gzip']);
    stream.request.destroy();
  });

  it('looks at no answer that is no event stream', async () => {
    const text = 'event: endpoint\ndata: /a\n\n';
    const stream = await listen([text], { answer: { 'content-type': 'text/plain' } });
    await until(() => stream.text() === text, 'something is held back');
    stream.request.destroy();
  });

  describe('when a request cannot be forwarded', () => {
    const message = 'You are not authenticated at this server yet.';
    const error = { code: -32001, message };
    const call = '{"jsonrpc":"2.0","id":7,"method":"tools/list"}';
    let isBroken: boolean;
    let status: number;
    let endpoint: URL;

    beforeEach(async () => {
      isBroken = false;
      const server = await suite.server((request, response) => {
        response.writeHead(request.method === 'POST' ? status : 200, { 'content-type': 'text/event-stream' });
        response.end(request.method === 'POST' ? '' : 'event: endpoint\ndata: /messages\n\n');
      });
      endpoint = await suite.open(server.origin, {
        credential: (client) => {
          if (isBroken) {
            throw new AuthError('not_authenticated', message);
          }
          return headerCredential(new URL(server.origin), client);
        },
      });
    });

    /** Sends a message that the server answers so, and then listens in vain. */
    async function listenAfter(answer: number, headers: OutgoingHttpHeaders = {}) {
      status = answer;
      isBroken = false;
      assert.equal((await ask(endpoint, { body: '{}', headers })).status, answer);
      isBroken = true;
      return await ask(endpoint, { method: 'GET' });
    }

    for (const refused of [400, 404, 405]) {
      it(`tells a client that has fallen back after a ${refused} by the status, because it waits for an event`, async () => {
        const { status, body } = await listenAfter(refused);
        assert.deepEqual([status, JSON.parse(body)], [502, { jsonrpc: '2.0', error }]);
      });
    }

    it('takes a client for one that has not fallen back after anything else', async () => {
      for (const answer of [202, 500]) {
        const { status, body } = await listenAfter(answer);
        assert.deepEqual([status, body], [200, 'retry: 15000\ndata:\n\n']);
      }
      assert.equal((await listenAfter(404)).status, 502);
      assert.equal((await listenAfter(202)).status, 200);
      // A session that is over.
      assert.equal((await listenAfter(404, { 'mcp-session-id': 's1' })).status, 200);
    });

    it('fails a message by the status, because its answer is not read', async () => {
      const stream = await listen(['event: endpoint\ndata: /messages\n\n']);
      await until(() => messagePath.test(stream.text()), 'the event does not come');
      const [, path = ''] = messagePath.exec(stream.text()) ?? [];
      // The same endpoint: its route is replaced, and its stream goes on.
      await suite.open(stream.endpoint, {
        credential: async () => {
          throw new AuthError('not_authenticated', message);
        },
      });
      const { status, body } = await ask(new URL(path, stream.endpoint), { body: call });
      assert.deepEqual([status, JSON.parse(body)], [502, { jsonrpc: '2.0', error }]);
      stream.request.destroy();
    });
  });
});
