import assert from 'node:assert/strict';
import type { McpAnswer } from '../../../src/core/connection/mcpAnswer.ts';
import { readMcpResponse } from '../../../src/core/connection/readMcpResponse.ts';

const result = '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}';
const host = 'mcp.example';
const expected: McpAnswer = { kind: 'result', result: { tools: [] } };
const notification = '{"jsonrpc":"2.0","method":"notifications/message","params":{}}';
const request = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const event = (data: string) => `event: message\ndata: ${data}\n\n`;

/** A response that comes in these pieces, and tells when the rest of it is dropped. */
function response(type: string | undefined, ...pieces: readonly (string | Uint8Array)[]) {
  const cancelled = Promise.withResolvers<void>();
  const chunks = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = chunks.shift();
      if (next) {
        controller.enqueue(next);
      } else {
        controller.close();
      }
    },
    cancel: () => cancelled.resolve(),
  });
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  return { response: new Response(body, { headers }), cancelled: cancelled.promise };
}

describe('readMcpResponse', () => {
  const stream = 'text/event-stream';
  const answered: readonly [string, string | undefined, readonly string[]][] = [
    ['JSON', 'application/json', [result]],
    ['JSON in pieces', 'application/json; charset=utf-8', [result.slice(0, 9), result.slice(9)]],
    ['JSON of another name, or of none', undefined, [result]],
    ['an event', stream, [event(result)]],
    ['an event of a type in any case with parameters', 'Text/Event-Stream; charset=utf-8', [event(result)]],
    ['an event in pieces', stream, [event(result).slice(0, 20), event(result).slice(20)]],
    ['an event after comments and notifications', stream, [': ping\n\n', event(notification), event(result)]],
    ['an event after a request with the same ID', stream, [event(request), event(result)]],
    [
      'an event after the answer to another request',
      stream,
      [event(result.replace('1', '7')), event(result)],
    ],
    ['an event after one that is no JSON', stream, [event('hello'), event(result)]],
    ['an event with lines that end in CRLF', stream, [event(result).replaceAll('\n', '\r\n')]],
  ];
  for (const [what, type, pieces] of answered) {
    it(`finds the answer in ${what}`, async () => {
      assert.deepEqual(await readMcpResponse(response(type, ...pieces).response, 1, host), expected);
    });
  }

  it('takes the first of two answers', async () => {
    const other = result.replace('[]', '[1]');
    assert.deepEqual(
      await readMcpResponse(response(stream, event(result) + event(other)).response, 1, host),
      expected,
    );
  });

  it('joins a character whose bytes come in two pieces', async () => {
    const bytes = new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"result":"ü"}');
    const { response: split } = response('application/json', bytes.slice(0, -3), bytes.slice(-3));
    assert.deepEqual(await readMcpResponse(split, 1, host), { kind: 'result', result: 'ü' });
  });

  it('gives an error that the server answered', async () => {
    const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"No such method","data":{}}}';
    assert.deepEqual(await readMcpResponse(response('application/json', error).response, 1, host), {
      kind: 'error',
      code: -32601,
      message: 'No such method',
      data: {},
    });
  });

  it('drops the rest of a stream that never ends', async () => {
    const endless = response(stream, event(result), event(notification), event(notification));
    await readMcpResponse(endless.response, 1, host);
    await endless.cancelled;
  });

  const unanswered: readonly [string, string, readonly (string | Uint8Array)[]][] = [
    ['is empty', 'application/json', []],
    ['is a page', 'text/html', ['<!doctype html>']],
    ['is truncated', 'application/json', [result.slice(0, -1)]],
    ['answers another request', 'application/json', [result.replace('1', '7')]],
    ['has an ID that is text', 'application/json', [result.replace('1', '"1"')]],
    ['is not JSON-RPC 2.0', 'application/json', ['{"id":1,"result":{}}']],
    ['has an error that is no object', 'application/json', ['{"jsonrpc":"2.0","id":1,"error":"no"}']],
    ['is a stream that ends within the event', stream, [`data: ${result}`]],
    ['is a stream of notifications only', stream, [event(notification)]],
    ['says that it has no text', 'application/json', [new Uint8Array([0xff, 0xfe])]],
  ];
  for (const [what, type, pieces] of unanswered) {
    it(`is an invalid response when the body ${what}`, async () => {
      await assert.rejects(readMcpResponse(response(type, ...pieces).response, 1, host), {
        code: 'invalid_response',
        message: 'mcp.example answered, but not with an MCP message.',
      });
    });
  }

  it('is an invalid response when there is no body', async () => {
    await assert.rejects(readMcpResponse(new Response(null, { status: 202 }), 1, host), {
      code: 'invalid_response',
    });
  });

  for (const [what, type, piece] of [
    ['an answer', 'application/json', ' '.repeat(1_000_000)],
    ['a stream', stream, `: ${'x'.repeat(1_000_000)}\n\n`],
  ] as const) {
    it(`stops reading ${what} at 5 MB`, async () => {
      const large = response(type, ...Array.from({ length: 50 }, () => piece));
      await assert.rejects(readMcpResponse(large.response, 1, host), {
        code: 'invalid_response',
        message: 'mcp.example answered, but with more than 5 MB.',
      });
      await large.cancelled;
    });
  }
});
