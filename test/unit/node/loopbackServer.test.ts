import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { type LoopbackServer, listenAtLoopback } from '../../../src/node/loopbackServer.ts';

describe('listenAtLoopback', () => {
  let server: LoopbackServer;
  const queries: string[] = [];

  beforeEach(async () => {
    queries.length = 0;
    server = await listenAtLoopback(0, async (query) => queries.push(query) === 1);
  });

  afterEach(() => server.dispose());

  const get = (path: string, host = 'localhost') => fetch(`http://${host}:${server.port}${path}`);

  it('hands the query over as it was sent, and says that the tab can be closed', async () => {
    const response = await get('/callback?code=a%2Bb&state=%26');
    assert.deepEqual(queries, ['code=a%2Bb&state=%26']);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /You can close this tab/);
  });

  it('says that nobody waits, where nobody does', async () => {
    await get('/callback?state=1');
    const second = await get('/callback?state=1');
    assert.equal(second.status, 400);
    assert.match(await second.text(), /Nobody waits for this/);
  });

  it('answers when it is known whether somebody waits, also when it has ceased to listen by then', async () => {
    const isWaitedFor = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
    const other = await listenAtLoopback(0, () => {
      asked.resolve();
      return isWaitedFor.promise;
    });
    const response = fetch(`http://localhost:${other.port}/callback?state=1`);
    await asked.promise;
    other.dispose();
    isWaitedFor.resolve(true);
    assert.match(await (await response).text(), /You can close this tab/);
  });

  it('writes nothing of a request into its pages, and lets them load nothing', async () => {
    const response = await get('/callback?error_description=%3Cscript%3Emarker%3C/script%3E&state=marker');
    assert.ok(!(await response.text()).includes('marker'));
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  });

  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '//'],
    ['GET', '//callback'],
    ['GET', '/callback/more'],
    ['POST', '/callback?state=1'],
  ] as const) {
    it(`knows nothing at ${method} ${path}`, async () => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
      assert.equal(response.status, 404);
      assert.deepEqual(queries, []);
    });
  }

  it('survives requests for what is no address', async () => {
    for (const target of ['*', ':99999/callback', 'http://[/callback', '\\\\']) {
      const socket = connect(server.port, '127.0.0.1');
      socket.end(`GET ${target} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      assert.match(String(answer), /^HTTP\/1.1 40[04] /);
    }
    assert.deepEqual(queries, []);
  });

  it('rejects a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(address !== null && typeof address === 'object');
    await assert.rejects(
      listenAtLoopback(address.port, async () => true),
      { code: 'EADDRINUSE' },
    );
    other.close();
  });

  it('listens no longer once it is disposed', async () => {
    server.dispose();
    const socket = connect(server.port, '127.0.0.1');
    await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' });
  });
});
