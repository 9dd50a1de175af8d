import assert from 'node:assert/strict';
import { createOAuthFetch, type Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { listen } from '../../support/demo/listener.ts';
import { json, redirect, reset, silence, text } from '../../support/reply.ts';

const get = { method: 'GET' };

describe('createOAuthFetch', () => {
  const suite = authenticationSuite();
  let assembly: Assembly;
  let controller: AbortController;
  let fetch: Fetch;

  beforeEach(() => {
    assembly = suite.assemble();
    controller = new AbortController();
    fetch = createOAuthFetch(assembly.ports, controller.signal);
  });

  it('gives the complete answer: status, headers and body', async () => {
    const { origin } = await suite.server(() => ({
      'POST /x': ({ body }) => json({ body }, { status: 201, headers: { 'x-kept': 'yes' } }),
    }));
    const response = await fetch(`${origin}/x`, { method: 'POST', body: 'a=b' });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('x-kept'), 'yes');
    assert.deepEqual(await response.json(), { body: 'a=b' });
  });

  for (const status of [204, 304]) {
    it(`gives an answer that has no body, HTTP ${status}`, async () => {
      const { origin } = await suite.server(() => ({ 'GET /x': text('', 'text/plain', { status }) }));
      const response = await fetch(`${origin}/x`, get);
      assert.equal(response.status, status);
      assert.equal(response.body, null);
    });
  }

  for (const url of ['http://plain.example/token', 'http://10.0.0.1/token', 'ftp://as.example/token']) {
    it(`sends nothing to ${url}`, async () => {
      await assert.rejects(fetch(url, get), { code: 'insecure_url' });
      assert.deepEqual(assembly.sent, []);
    });
  }

  it('follows three redirects of a GET', async () => {
    const { origin, asked } = await suite.server(() => ({
      'GET /1': redirect('/2', 301),
      'GET /2': redirect('/3', 302),
      'GET /3': redirect('/4', 308),
      'GET /4': json({ found: true }),
    }));
    assert.deepEqual(await (await fetch(`${origin}/1`, get)).json(), { found: true });
    assert.equal(asked.length, 4);
  });

  it('gives up on a redirect loop after four requests', async () => {
    const server = await suite.server(() => ({ 'GET /1': redirect('/2'), 'GET /2': redirect('/1') }));
    await assert.rejects(fetch(`${server.origin}/1`, get), {
      code: 'invalid_response',
      message: /redirects without end/,
    });
    assert.equal(server.asked.length, 4);
  });

  it('does not follow a redirect of a POST, which carries secrets', async () => {
    const server = await suite.server(() => ({ 'POST /token': redirect('/elsewhere', 307) }));
    const response = await fetch(`${server.origin}/token`, { method: 'POST', body: 'code=secret' });
    assert.equal(response.status, 307);
    assert.deepEqual(server.asked, ['POST /token']);
  });

  for (const target of ['http://plain.example/x', 'http://169.254.169.254/latest', 'file:///etc/passwd']) {
    it(`does not follow a redirect to ${target}`, async () => {
      const { origin } = await suite.server(() => ({ 'GET /x': redirect(target) }));
      await assert.rejects(fetch(`${origin}/x`, get), { code: 'insecure_url' });
      assert.deepEqual(assembly.sent, [`${origin}/x`]);
    });
  }

  it('takes an answer of 1 MB, and refuses one that is larger', async () => {
    const server = await suite.server(() => ({
      'GET /large': text('x'.repeat(1_000_000), 'text/plain'),
      'GET /huge': text('x'.repeat(1_000_001), 'text/plain'),
    }));
    assert.equal((await (await fetch(`${server.origin}/large`, get)).text()).length, 1_000_000);
    await assert.rejects(fetch(`${server.origin}/huge`, get), {
      code: 'invalid_response',
      message: /larger than 1 MB/,
    });
  });

  it('waits 30 seconds for an answer and no longer', async () => {
    const server = await suite.server(() => ({ 'GET /x': silence }));
    const received = server.next('GET /x');
    const response = fetch(`${server.origin}/x`, get);
    await received;
    assembly.clock.advance(29_999);
    assert.equal(assembly.clock.timerCount, 1);
    assembly.clock.advance(1);
    await assert.rejects(response, {
      code: 'timeout',
      remedy: 'retry',
      message: `${new URL(server.origin).host} did not answer within 30 seconds.`,
    });
  });

  it('counts the body into the 30 seconds', async () => {
    const server = await suite.server(() => ({
      'GET /x': { kind: 'partial', body: '{"a":', end: 'silence' },
    }));
    const received = server.next('GET /x');
    const response = fetch(`${server.origin}/x`, get);
    await received;
    assembly.clock.advance(30_000);
    await assert.rejects(response, { code: 'timeout' });
  });

  it('ends with the reason of its signal', async () => {
    const server = await suite.server(() => ({ 'GET /x': silence }));
    const received = server.next('GET /x');
    const response = fetch(`${server.origin}/x`, get);
    await received;
    controller.abort();
    await assert.rejects(response, { code: 'cancelled' });
  });

  it('sends nothing when it was cancelled before', async () => {
    const server = await suite.server();
    controller.abort();
    await assert.rejects(fetch(`${server.origin}/x`, get), { code: 'cancelled' });
    assert.deepEqual(server.asked, []);
  });

  it('says that nothing listens', async () => {
    const { origin, close } = await listen('127.0.0.1', 0);
    await close();
    await assert.rejects(fetch(`${origin}/x`, get), {
      code: 'network',
      remedy: 'retry',
      message: `${new URL(origin).host} cannot be reached: nothing listens there (connection refused).`,
    });
  });

  it('says that the connection was reset, before the answer or within', async () => {
    const server = await suite.server(() => ({
      'GET /before': reset,
      'GET /within': { kind: 'partial', body: '{"a":', end: 'reset' },
    }));
    for (const path of ['/before', '/within']) {
      await assert.rejects(fetch(server.origin + path, get), {
        code: 'network',
        message: /the connection was reset/,
      });
    }
  });
});
