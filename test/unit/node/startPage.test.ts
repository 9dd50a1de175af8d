import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { openStartPage, type StartPage } from '../../../src/node/startPage.ts';

const target = new URL(
  "https://as.example/authorize?a=%2F%2f+%20b'(c)&redirect_uri=vscode%3A%2F%2Fx%2Fy%3Fz%3D1%2526#%C3%A4",
);

describe('openStartPage', () => {
  let controller: AbortController;
  let page: StartPage;
  let url: URL;
  beforeEach(async () => {
    controller = new AbortController();
    page = await openStartPage(target, controller.signal);
    url = new URL(page.url);
  });
  afterEach(() => page.dispose());

  const get = (path = url.pathname, method = 'GET') =>
    fetch(new URL(path, url), { method, redirect: 'manual' });

  it('is on this machine alone, at an address that differs from page to page', async () => {
    assert.match(page.url, /^http:\/\/127\.0\.0\.1:\d+\/start\/[\w-]{32}$/);
    const other = await openStartPage(target, controller.signal);
    assert.notEqual(new URL(other.url).pathname, url.pathname);
    other.dispose();
  });

  it('redirects to the target, byte for byte', async () => {
    const socket = connect(Number(url.port), url.hostname);
    socket.end(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
    const answer = await received(socket);
    assert.match(answer, /^HTTP\/1\.1 302 Found\r\n/);
    assert.ok(answer.includes(`\r\nlocation: ${target.href}\r\n`), answer);
  });

  it('tells the browser neither to keep the answer nor to say where it came from', async () => {
    const { headers } = await get();
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });

  it('answers once, and is gone', async () => {
    assert.equal((await get()).status, 302);
    await assertGone();
  });

  for (const [what, path, method] of [
    ['the root', '/', 'GET'],
    ['another path', '/start/x', 'GET'],
    ['a query behind its path', '?x=1', 'GET'],
    ['HEAD', undefined, 'HEAD'],
    ['POST', undefined, 'POST'],
  ] as const) {
    it(`answers 404 to ${what}, and still waits for the browser`, async () => {
      const refused = await get(path === '?x=1' ? `${url.pathname}?x=1` : path, method);
      assert.deepEqual([refused.status, refused.headers.get('location')], [404, null]);
      assert.equal((await get()).status, 302);
    });
  }

  it('closes with its signal, connections that say nothing included', async () => {
    const silent = connect(Number(url.port), url.hostname);
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    silent.on('error', () => undefined);
    controller.abort();
    await closed;
    await assertGone();
  });

  it('closes when it is disposed, as often as one likes', async () => {
    page.dispose();
    page.dispose();
    await assertGone();
  });

  it('is not there at all where the signal is aborted already', async () => {
    await assert.rejects(openStartPage(target, AbortSignal.abort()), { code: 'cancelled' });
  });

  it('leaves nothing behind in the process, however it ended', async () => {
    const pages = await Promise.all([1, 2, 3].map(() => openStartPage(target, controller.signal)));
    const [answered, disposed] = pages;
    await fetch(answered?.url ?? '', { redirect: 'manual' });
    disposed?.dispose();
    await assert.rejects(openStartPage(target, AbortSignal.abort()));
    controller.abort();
    await assertGone();
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    assert.equal(process.getActiveResourcesInfo().includes('TCPServerWrap'), false);
  });

  async function assertGone(): Promise<void> {
    const socket = connect(Number(url.port), url.hostname);
    await assert.rejects(once(socket, 'connect'), { code: 'ECONNREFUSED' });
  }
});

async function received(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    text += chunk;
  }
  return text;
}
