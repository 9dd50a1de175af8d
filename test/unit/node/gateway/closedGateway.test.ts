import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { until } from '../../../support/authenticationSuite.ts';
import { ask, begin, gatewaySuite, upstreamSecret } from '../../../support/gatewaySuite.ts';

describe('the gateway, towards those who have no business there', () => {
  const suite = gatewaySuite();
  let endpoint: URL;
  let received: IncomingHttpHeaders[];

  beforeEach(async () => {
    received = [];
    const server = await suite.server((request, response) => {
      received.push(request.headers);
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': 'session=of-the-server',
          'access-control-allow-origin': '*',
          'www-authenticate': 'Bearer resource_metadata="https://x.example"',
          'dpop-nonce': 'nonce-1',
          'x-for-one-hop': 'yes',
          connection: 'keep-alive, x-for-one-hop',
          'x-kept': 'yes',
        })
        .end('{}');
    });
    endpoint = await suite.open(`${server.origin}/mcp`);
  });

  it('has an address that is random, and the same until it is closed', async () => {
    assert.match(endpoint.href, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/mcp$/);
    const { origin } = endpoint;
    assert.equal((await suite.open(`${origin}/other`)).href, endpoint.href);
    suite.gateway.close('a');
    const next = await suite.open(`${origin}/other`);
    assert.equal(next.origin, origin);
    assert.notEqual(next.pathname, endpoint.pathname);
    assert.equal((await ask(endpoint)).status, 404);
  });

  for (const [what, headers] of [
    ['a name that was bent to lead here', { host: 'attacker.example' }],
    ['such a name with the right port', { host: 'attacker.example:{port}' }],
    ['the right name with another port', { host: '127.0.0.1:1' }],
    ['the right name without a port', { host: 'localhost' }],
    ['another name of this machine', { host: '[::1]:{port}' }],
    ['a page in a browser', { origin: 'https://attacker.example' }],
    ['a page that hides where it is from', { origin: 'null' }],
    ['a page of this very address', { origin: 'http://127.0.0.1:{port}' }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const filled = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replace('{port}', endpoint.port)]),
      );
      const { status, body, headers: answered } = await ask(endpoint, { headers: filled, body: '{}' });
      assert.deepEqual([status, body], [403, '']);
      assert.equal(answered['access-control-allow-origin'], undefined);
      assert.deepEqual(received, []);
    });
  }

  it('takes both names of the address it listens at', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const { status } = await ask(endpoint, { headers: { host: `${host}:${endpoint.port}` }, body: '{}' });
      assert.equal(status, 200);
    }
  });

  for (const path of [
    '/',
    '/mcp',
    '{key}',
    '{key}/',
    '{key}/mcp/',
    '{key}/mcp?a=b',
    '{key}/mcp/../mcp',
    '{key}//mcp',
    '{key}/MCP',
    '{key}/message/AAAAAAAAAAAAAAAAAAAAAA',
    '{key}/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource{key}/mcp',
    '{other}/mcp',
  ]) {
    it(`knows nothing at ${path}`, async () => {
      const key = endpoint.pathname.slice(0, 44);
      const other = `/${'A'.repeat(43)}`;
      const target = path.replace('{key}', key).replace('{other}', other);
      const socket = connect(Number(endpoint.port), '127.0.0.1');
      socket.write(`POST ${target} HTTP/1.1\r\nhost: ${endpoint.host}\r\ncontent-length: 0\r\n\r\n`);
      assert.match(await textOf(socket), /^HTTP\/1\.1 404 Not Found\r\n(?:.+\r\n)+\r\n$/);
      assert.deepEqual(received, []);
    });
  }

  for (const method of ['OPTIONS', 'PUT', 'HEAD', 'PATCH', 'TRACE']) {
    it(`has no method ${method}`, async () => {
      const { status, headers } = await ask(endpoint, { method });
      assert.equal(status, 405);
      assert.equal(headers.allow, 'DELETE, GET, POST');
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.startsWith('access-control')),
        [],
      );
      assert.deepEqual(received, []);
    });
  }

  it('passes no credential of the caller on, and nothing that is for one connection', async () => {
    const smuggled = {
      authorization: 'Bearer of-the-caller',
      'proxy-authorization': 'Basic of-the-caller',
      cookie: 'a=b',
      dpop: 'a.b.c',
      connection: 'keep-alive, authorization, x-for-one-hop',
      'keep-alive': 'timeout=100',
      'x-for-one-hop': 'yes',
      te: 'trailers',
      upgrade: 'h2c',
      'mcp-session-id': 'session-1',
      'x-kept': 'yes',
    };
    await ask(endpoint, { headers: smuggled, body: '{}' });
    const { authorization, connection, host, ...rest } = received[0] ?? assert.fail('no request');
    assert.equal(authorization, `Bearer ${upstreamSecret}`);
    assert.equal(connection, 'keep-alive');
    assert.notEqual(host, endpoint.host);
    assert.deepEqual(rest, { 'content-length': '2', 'mcp-session-id': 'session-1', 'x-kept': 'yes' });
  });

  it('passes nothing back that is about the credential, or for a browser', async () => {
    const { status, headers, body } = await ask(endpoint, { body: '{}' });
    const { date: _date, ...rest } = headers;
    assert.deepEqual([status, body], [200, '{}']);
    assert.deepEqual(rest, {
      'content-type': 'application/json',
      'x-kept': 'yes',
      connection: 'close',
      'transfer-encoding': 'chunked',
    });
  });

  it('lets no header of a definition replace what the protocol needs', async () => {
    const { origin } = await suite.server((request, response) => {
      received.push(request.headers);
      response.writeHead(202).end();
    });
    const headers = {
      Accept: 'text/html',
      'Content-Type': 'text/plain',
      Host: 'attacker.example',
      'Transfer-Encoding': 'chunked',
      'Content-Length': '100',
      'X-Tenant': 'a',
    };
    const other = await suite.open(`${origin}/mcp`, {
      credential: async () => ({ headers: async () => headers, renew: async () => false }),
    });
    const client = { accept: 'application/json', 'content-type': 'application/json' };
    assert.equal((await ask(other, { headers: client, body: '{}' })).status, 202);
    const { host, ...rest } = received[0] ?? assert.fail('no request');
    assert.equal(host, new URL(origin).host);
    const expected = { ...client, connection: 'keep-alive', 'content-length': '2', 'x-tenant': 'a' };
    assert.deepEqual(rest, expected);
  });

  it('refuses headers without end, by their number and by their size', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'y']));
    assert.equal((await ask(endpoint, { headers: many })).status, 431);
    assert.equal((await ask(endpoint, { headers: { 'x-long': 'y'.repeat(20_000) } })).status, 431);
    assert.deepEqual(received, []);
  });

  it('closes a connection on which the headers do not come', async () => {
    const gateway = suite.limited({ headersTimeout: 30, requestTimeout: 60 });
    const url = new URL('https://mcp.example/');
    const credential = () => assert.fail('nothing was asked for');
    const slow = await gateway.open('b', { serverName: 'b', url, transport: 'http', credential });
    const socket = connect(Number(slow.port), '127.0.0.1');
    socket.write(`POST ${slow.pathname} HTTP/1.1\r\nhost: ${slow.host}\r\n`);
    assert.match(await textOf(socket), /^HTTP\/1\.1 408 /);
  });

  it('has a limit of requests at one time, for one server and for all', async () => {
    let openCount = 0;
    const { origin } = await suite.server((_request, response) => {
      openCount++;
      response
        .once('close', () => openCount--)
        .writeHead(200)
        .flushHeaders();
    });
    suite.limited({ requestsPerRoute: 2, requests: 3 });
    const first = await suite.open(origin);
    const second = await suite.gateway.open('b', {
      serverName: 'b',
      url: new URL(origin),
      transport: 'http',
      credential: async () => ({ headers: async () => ({}), renew: async () => false }),
    });
    const open = [begin(first), begin(first)];
    await Promise.all(open.map(({ answer }) => answer));
    const refused = await ask(first);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '1');
    assert.match(
      refused.body,
      /^\{"jsonrpc":"2\.0","error":\{"code":-32001,"message":"Too many requests to this server/,
    );
    const third = begin(second);
    await third.answer;
    assert.equal((await ask(second)).status, 503);
    for (const { request } of [...open, third]) {
      request.destroy();
    }
    // The server hears of it last.
    await until(() => openCount === 0, 'a request still goes on');
    const again = begin(first);
    assert.equal((await again.answer).statusCode, 200);
    again.request.destroy();
  });

  it('listens no longer once it is disposed', async () => {
    suite.gateway.dispose();
    const socket = connect(Number(endpoint.port), '127.0.0.1');
    await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' });
  });

  /** Everything that comes on a connection, until it ends. */
  async function textOf(socket: Socket): Promise<string> {
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) {
      text += chunk;
    }
    return text;
  }
});
