import assert from 'node:assert/strict';
import { type ProbeTarget, ServerProbes } from '../../../src/core/connection/serverProbes.ts';
import type { Fetch } from '../../../src/core/oauth/oauthFetch.ts';
import { canonicalServerUrl } from '../../../src/core/serverUrl.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { type Listener, listen } from '../../support/demo/listener.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { json, page, silence, unauthorized } from '../../support/reply.ts';

function targetOf(url: string, transport: 'http' | 'sse' = 'http'): ProbeTarget {
  const serverUrl = new URL(url);
  return { serverUrl, canonicalUrl: canonicalServerUrl(serverUrl), transport };
}

function probesOf(isAllowed = () => true as boolean) {
  const clock = new FakeClock();
  const { log } = recordLog();
  const sent: string[] = [];
  const recording: Fetch = (url, init) => {
    sent.push(url);
    return fetch(url, init);
  };
  const probes = new ServerProbes({ fetch: recording, clock, log, isAllowed });
  let events = 0;
  probes.onDidChange(() => events++);
  return {
    probes,
    clock,
    sent,
    eventCount: () => events,
    asked: (url: string) => until(() => !probes.isAsking(canonicalServerUrl(new URL(url))), `asks ${url}`),
  };
}

const initialized = ({ body }: { readonly body: string }) =>
  json({
    jsonrpc: '2.0',
    id: JSON.parse(body).id,
    result: { protocolVersion: '2025-11-25', capabilities: {} },
  });

describe('ServerProbes', () => {
  const suite = authenticationSuite();

  it('tells servers apart that want a credential, that want none, and that cannot be reached', async () => {
    const server = await suite.server(() => ({
      'POST /open': initialized,
      'GET /sse': unauthorized('Bearer'),
      'POST /page': page(),
      'POST /forbidden': page(403),
    }));
    const { probes, asked } = probesOf();
    const paths = ['/mcp', '/open', '/page', '/forbidden', '/missing'].map((path) => server.origin + path);
    probes.setTargets([...paths.map((url) => targetOf(url)), targetOf(`${server.origin}/sse`, 'sse')]);
    await Promise.all([...paths, `${server.origin}/sse`].map(asked));
    assert.deepEqual(
      [...paths, `${server.origin}/sse`].map((url) => probes.outcome(url)?.kind),
      ['challenged', 'open', 'unreachable', 'unreachable', 'unreachable', 'challenged'],
    );
    assert.ok(server.requests.every(({ headers }) => headers.authorization === undefined));
    probes.dispose();
  });

  it('sends nothing until it is allowed to', async () => {
    const server = await suite.server();
    let isTrusted = false;
    const { probes, asked } = probesOf(() => isTrusted);
    probes.setTargets([targetOf(server.mcpUrl)]);
    probes.refreshAll();
    probes.refresh(server.mcpUrl);
    assert.equal(probes.isAsking(server.mcpUrl), false);
    isTrusted = true;
    probes.setTargets([targetOf(server.mcpUrl)]);
    assert.equal(probes.isAsking(server.mcpUrl), true);
    await asked(server.mcpUrl);
    assert.equal(server.asked.length, 1);
    probes.dispose();
  });

  it('asks a server once, however often it is listed and however it is written', async () => {
    const server = await suite.server();
    const { probes, asked } = probesOf();
    const twice = [targetOf(server.mcpUrl), targetOf(`${server.mcpUrl}/`), targetOf(`${server.mcpUrl}#x`)];
    probes.setTargets(twice);
    probes.setTargets(twice);
    await asked(server.mcpUrl);
    probes.setTargets(twice);
    probes.refresh(server.mcpUrl);
    probes.refreshAll();
    assert.equal(probes.isAsking(server.mcpUrl), false);
    assert.deepEqual(server.asked, ['POST /mcp']);
    probes.dispose();
  });

  it('keeps what an unreachable server said while it is asked again', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': page(500) }));
    const { probes, asked } = probesOf();
    probes.setTargets([targetOf(server.mcpUrl)]);
    await asked(server.mcpUrl);
    server.answer('POST /mcp', unauthorized('Bearer'));
    probes.refresh(server.mcpUrl);
    assert.equal(probes.isAsking(server.mcpUrl), true);
    assert.equal(probes.outcome(server.mcpUrl)?.kind, 'unreachable');
    await asked(server.mcpUrl);
    assert.equal(probes.outcome(server.mcpUrl)?.kind, 'challenged');
    probes.dispose();
  });

  for (const again of ['setTargets', 'backOnline'] as const) {
    it(`asks an unreachable server again after five minutes, and no earlier, by ${again}`, async () => {
      const server = await suite.server(() => ({ 'POST /mcp': page(500) }));
      const { probes, clock, asked } = probesOf();
      const targets = [targetOf(server.mcpUrl)];
      const askAgain = () => (again === 'setTargets' ? probes.setTargets(targets) : probes.backOnline());
      probes.setTargets(targets);
      await asked(server.mcpUrl);
      clock.advance(5 * 60_000 - 1);
      askAgain();
      assert.equal(probes.isAsking(server.mcpUrl), false);
      clock.advance(1);
      askAgain();
      await asked(server.mcpUrl);
      assert.equal(server.asked.length, 2);
      probes.dispose();
    });
  }

  it('asks again by the transport that the definition has been changed to', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': page(405), 'GET /mcp': unauthorized('Bearer') }));
    const { probes, asked } = probesOf();
    probes.setTargets([targetOf(server.mcpUrl)]);
    probes.setTargets([targetOf(server.mcpUrl, 'sse')]);
    await asked(server.mcpUrl);
    assert.equal(probes.outcome(server.mcpUrl)?.kind, 'challenged');
    assert.deepEqual(server.asked, ['POST /mcp', 'GET /mcp']);
    probes.dispose();
  });

  it('waits ten seconds for an answer', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': silence }));
    const { probes, clock, asked } = probesOf();
    const received = server.next('POST /mcp');
    probes.setTargets([targetOf(server.mcpUrl)]);
    await received;
    clock.advance(10_000);
    await asked(server.mcpUrl);
    const outcome = probes.outcome(server.mcpUrl);
    assert.ok(outcome?.kind === 'unreachable');
    assert.match(outcome.error.message, /did not answer within 10 seconds\.$/);
    probes.dispose();
  });

  for (const [url, code] of [
    ['http://mcp.example.com/mcp', 'insecure_url'],
    ['https://me:password@mcp.example.com/mcp', 'insecure_url'],
  ] as const) {
    it(`does not ask ${url}`, async () => {
      const { probes, asked } = probesOf();
      probes.setTargets([targetOf(url)]);
      await asked(url);
      const outcome = probes.outcome(canonicalServerUrl(new URL(url)));
      assert.ok(outcome?.kind === 'unreachable');
      assert.equal(outcome.error.code, code);
      probes.dispose();
    });
  }

  it('asks nobody after it has ended, and forgets who was being asked', async () => {
    const server = await suite.server(() => ({ 'POST /mcp': silence }));
    const { probes, clock } = probesOf();
    const received = server.next('POST /mcp');
    probes.setTargets([targetOf(server.mcpUrl)]);
    await received;
    probes.dispose();
    await until(() => !probes.isAsking(server.mcpUrl), 'it is still being asked');
    probes.setTargets([targetOf(`${server.origin}/other`)]);
    assert.equal(probes.isAsking(`${server.origin}/other`), false);
    assert.equal(clock.timerCount, 0);
    assert.deepEqual(server.asked, ['POST /mcp']);
  });
});

describe('ServerProbes with a thousand servers', () => {
  let listener: Listener;
  beforeEach(async () => {
    listener = await listen('127.0.0.1', 0);
  });
  afterEach(() => listener.close());

  it('asks each once, eight at a time at most and in order, and tells of many answers at once', async function () {
    this.timeout(60_000);
    const allAnswered = Promise.withResolvers<void>();
    const asked: string[] = [];
    let open = 0;
    let most = 0;
    listener.server.on('request', (request, response) => {
      asked.push(request.url ?? '');
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        if (asked.length === 1000 && open === 0) {
          allAnswered.resolve();
        }
      });
    });
    const { probes, clock, sent, eventCount } = probesOf();
    const targets = Array.from({ length: 1000 }, (_, index) => targetOf(`${listener.origin}/${index}`));
    probes.setTargets(targets);
    await allAnswered.promise;
    await until(
      () => targets.every(({ canonicalUrl }) => !probes.isAsking(canonicalUrl)),
      'some are still being asked',
    );
    assert.ok(targets.every(({ canonicalUrl }) => probes.outcome(canonicalUrl)?.kind === 'challenged'));
    assert.equal(asked.length, 1000);
    assert.ok(most <= 8 && most > 1, `${most} at a time`);
    assert.deepEqual(
      sent,
      targets.map(({ serverUrl }) => serverUrl.href),
    );
    assert.equal(eventCount(), 0);
    clock.advance(100);
    assert.equal(eventCount(), 1);
    assert.equal(clock.timerCount, 0);
    probes.dispose();
  });

  it('tells once that servers are asked, however often they are listed while that takes', async () => {
    const arrived = Promise.withResolvers<void>();
    listener.server.on('request', () => arrived.resolve());
    const { probes, clock, eventCount } = probesOf();
    const targets = Array.from({ length: 20 }, (_, index) => targetOf(`${listener.origin}/${index}`));
    // As `probeUnknown` does when the inventory has changed.
    probes.onDidChange(() => probes.setTargets(targets));
    probes.setTargets(targets);
    await arrived.promise;
    for (let times = 0; times < 5; times++) {
      clock.advance(100);
    }
    assert.equal(eventCount(), 1);
    probes.dispose();
  });

  it('asks first whom a person asks for', async () => {
    let isFailing = true;
    listener.server.on('request', (_request, response) => {
      response.writeHead(isFailing ? 500 : 401).end();
    });
    const { probes, sent } = probesOf();
    const targets = Array.from({ length: 30 }, (_, index) => targetOf(`${listener.origin}/${index}`));
    probes.setTargets(targets);
    await until(() => targets.every(({ canonicalUrl }) => !probes.isAsking(canonicalUrl)), 'still asking');
    isFailing = false;
    probes.refreshAll();
    probes.refresh(`${listener.origin}/29`);
    await until(() => targets.every(({ canonicalUrl }) => !probes.isAsking(canonicalUrl)), 'still asking');
    // Eight were under way when it was asked for.
    assert.deepEqual([sent.length, sent[30 + 8]], [60, `${listener.origin}/29`]);
    probes.dispose();
  });
});
