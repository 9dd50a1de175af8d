import assert from 'node:assert/strict';
import type { RedirectKind } from '../../../src/core/oauth/redirect.ts';
import type { WaitingForResponse } from '../../../src/core/oauth/waiting.ts';
import type { RunningAuthentication } from '../../../src/core/session/runningAuthentication.ts';
import { type AssemblyOptions, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import type { Honest, Routes } from '../../support/misbehavingServer.ts';
import { json } from '../../support/reply.ts';

const metadataRoute = 'GET /.well-known/oauth-authorization-server';

describe('a sign-in without a browser here', () => {
  const suite = authenticationSuite();

  async function prepare(
    redirectKind: RedirectKind = 'paste',
    overrides: (honest: Honest) => Routes = () => ({}),
    options: AssemblyOptions = {},
  ) {
    const server = await suite.server(overrides);
    const assembly = suite.assemble({ browser: async () => true, ...options });
    const start = (kind = redirectKind) =>
      assembly.authenticator.start({
        serverUrl: new URL(server.mcpUrl),
        transport: 'http',
        redirectKind: kind,
      });
    return { server, assembly, start };
  }

  async function waitingOf(running: RunningAuthentication): Promise<WaitingForResponse> {
    await until(() => running.waiting !== undefined, 'the person is not waited for');
    assert.equal(running.waiting?.kind, 'response');
    return running.waiting;
  }

  it('opens no browser, and ends when the redirect URL is pasted', async () => {
    const { server, assembly, start } = await prepare();
    const running = start();
    const waiting = await waitingOf(running);
    assert.equal(running.step, 'waitingForPaste');
    const answer = await followRedirect(waiting.url);
    assert.equal(answer.href.split('?')[0], 'http://localhost:4713/callback');
    assert.equal(waiting.check(answer.href), undefined);
    assert.equal(waiting.paste(answer.href), undefined);
    const session = await running.result;
    assert.equal(session.serverUrl, server.mcpUrl);
    assert.deepEqual(assembly.opened, []);
    assert.equal(running.waiting, undefined);
  });

  it('says what is wrong with what was pasted, and goes on waiting', async () => {
    const { server, start } = await prepare();
    const running = start();
    const waiting = await waitingOf(running);
    assert.match(waiting.paste(waiting.url.href) ?? '', /address of the sign-in page/);
    assert.match(waiting.paste('http://localhost:4713/callback?code=a&state=b') ?? '', /another sign-in/);
    assert.ok(!server.asked.includes('POST /token'));
    waiting.paste((await followRedirect(waiting.url)).href);
    await running.result;
  });

  it('takes the bare code of a server that promises no issuer', async () => {
    const { start } = await prepare('paste', ({ metadata }) => ({
      [metadataRoute]: json({ ...metadata, authorization_response_iss_parameter_supported: undefined }),
    }));
    const running = start();
    const waiting = await waitingOf(running);
    const code = (await followRedirect(waiting.url)).searchParams.get('code') ?? '';
    assert.equal(waiting.paste(code), undefined);
    await running.result;
  });

  it('ends with a code that somebody else has begun, since PKCE does not fit', async () => {
    const { start, server } = await prepare('paste', ({ metadata }) => ({
      [metadataRoute]: json({ ...metadata, authorization_response_iss_parameter_supported: undefined }),
    }));
    const running = start();
    const waiting = await waitingOf(running);
    const theirs = new URL(waiting.url);
    theirs.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    waiting.paste((await followRedirect(theirs)).searchParams.get('code') ?? '');
    await assert.rejects(running.result, { code: 'authorization_refused', message: /invalid_grant/ });
    assert.ok(server.asked.includes('POST /token'));
  });

  it('ends as the pasted error says', async () => {
    const { start } = await prepare();
    const running = start();
    const { url, paste } = await waitingOf(running);
    const { searchParams } = await followRedirect(url);
    searchParams.delete('code');
    searchParams.set('error', 'access_denied');
    paste(`?${searchParams}`);
    await assert.rejects(running.result, { code: 'access_denied' });
  });

  it('is refused when the pasted URL names another issuer, or none though one was promised', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const { start, server } = await prepare();
      const running = start();
      const { url, paste } = await waitingOf(running);
      const answer = await followRedirect(url);
      answer.searchParams.delete('iss');
      if (iss !== undefined) {
        answer.searchParams.set('iss', iss);
      }
      paste(answer.href);
      await assert.rejects(running.result, { code: 'issuer_mismatch' });
      assert.ok(!server.asked.includes('POST /token'));
    }
  });

  it('takes one answer only', async () => {
    const { start } = await prepare();
    const running = start();
    const waiting = await waitingOf(running);
    const answer = await followRedirect(waiting.url);
    assert.equal(waiting.paste(answer.href), undefined);
    assert.match(waiting.paste(answer.href) ?? '', /has ended/);
    await running.result;
  });

  it('also ends by itself, where the browser gets through', async () => {
    const { assembly, start } = await prepare();
    const running = start();
    const { url } = await waitingOf(running);
    assembly.ports.pending.deliver((await followRedirect(url)).searchParams);
    await running.result;
  });

  it('is not remembered as the way that works', async () => {
    const { server, assembly, start } = await prepare();
    const running = start();
    const waiting = await waitingOf(running);
    waiting.paste((await followRedirect(waiting.url)).href);
    await running.result;
    assert.equal((await assembly.ports.registrations.open(server.origin)).redirectKind, undefined);
    const again = start('uriHandler');
    await until(() => again.step === 'waitingForBrowser', 'the browser is not waited for');
    again.cancel();
    await assert.rejects(again.result, { code: 'cancelled' });
  });

  it('uses the registration of the time before', async () => {
    const { server, start } = await prepare();
    for (let times = 0; times < 2; times++) {
      const running = start();
      const waiting = await waitingOf(running);
      waiting.paste((await followRedirect(waiting.url)).href);
      await running.result;
    }
    assert.equal(server.asked.filter((route) => route === 'POST /register').length, 1);
  });

  it('continues the very attempt whose browser does not come back, and remembers nothing of that', async () => {
    const { server, assembly, start } = await prepare('uriHandler');
    const running = start();
    const waiting = await waitingOf(running);
    assert.deepEqual([running.step, waiting.redirectKind], ['waitingForBrowser', 'uriHandler']);
    assert.equal(assembly.opened[0]?.href, waiting.url.href);
    assert.equal(waiting.paste((await followRedirect(waiting.url)).href), undefined);
    await running.result;
    assert.equal((await assembly.ports.registrations.open(server.origin)).redirectKind, undefined);
  });

  it('ends when it is cancelled, and takes no answer any more', async () => {
    const { start } = await prepare();
    const running = start();
    const waiting = await waitingOf(running);
    const answer = await followRedirect(waiting.url);
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    assert.match(waiting.paste(answer.href) ?? '', /has ended/);
  });

  it('ends when nothing was pasted within a quarter of an hour', async () => {
    const { assembly, start } = await prepare();
    const running = start();
    await waitingOf(running);
    assembly.clock.advance(15 * 60_000 - 1);
    assert.equal(running.step, 'waitingForPaste');
    assembly.clock.advance(1);
    await assert.rejects(running.result, { code: 'timeout', message: /within 15 minutes/ });
  });

  describe('where device codes are offered', () => {
    const offered = ({ origin, metadata }: Honest): Routes => ({
      [metadataRoute]: json({ ...metadata, device_authorization_endpoint: `${origin}/device` }),
      'POST /device': json({
        device_code: 'device-code-1',
        user_code: 'ABCD-EFGH',
        verification_uri: `${origin}/verify`,
        expires_in: 600,
      }),
    });

    it('asks, and pastes if the person likes that better', async () => {
      const asked: string[] = [];
      const askBrowserlessWay = async (issuer: string) => {
        asked.push(issuer);
        return 'paste' as const;
      };
      const { server, start } = await prepare('paste', offered, { prompt: { askBrowserlessWay } });
      const running = start();
      const waiting = await waitingOf(running);
      waiting.paste((await followRedirect(waiting.url)).href);
      await running.result;
      assert.deepEqual(asked, [server.origin]);
    });

    it('asks, and shows a code if the person likes that better', async () => {
      const { start } = await prepare('paste', offered, {
        prompt: { askBrowserlessWay: async () => 'deviceCode' },
      });
      const running = start();
      await until(() => running.waiting?.kind === 'device', 'no code is shown');
      running.cancel();
      await assert.rejects(running.result, { code: 'cancelled' });
    });

    it('asks, and ends if the person likes neither', async () => {
      const { start, server } = await prepare('paste', offered, {
        prompt: { askBrowserlessWay: async () => undefined },
      });
      await assert.rejects(start().result, { code: 'cancelled' });
      assert.ok(!server.asked.includes('POST /register'));
    });

    it('asks nothing of a person who has a browser', async () => {
      const { start } = await prepare('uriHandler', offered, { browser: followRedirect });
      await start().result;
    });
  });
});
