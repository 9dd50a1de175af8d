import assert from 'node:assert/strict';
import type { RunningAuthentication } from '../../../src/core/session/runningAuthentication.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { BoundServer } from '../../support/boundServer.ts';
import { Machine } from '../../support/machine.ts';
import { json, silence } from '../../support/reply.ts';
import {
  type BegunSignIn,
  type BegunSignInOptions,
  beginSignIn,
  unattended,
} from '../../support/twoWindows.ts';

const tenMinutes = 10 * 60_000;
const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';

describe('an authorization response that reaches another window', () => {
  const suite = authenticationSuite();

  const begin = (options?: BegunSignInOptions) => beginSignIn(suite, options);

  /** The window that began the sign-in is closed, and its response reaches a second one. */
  async function finishElsewhere(begun: BegunSignIn, parameters: Readonly<Record<string, string>> = {}) {
    const { first, server, open, answer } = begun;
    first.close();
    const second = open();
    const response = await answer();
    for (const [name, value] of Object.entries(parameters)) {
      response.set(name, value);
    }
    assert.equal(await second.responses.deliver(response), true);
    const running = unattended(second, server);
    return { second, running, response };
  }

  it('is handed to the window that waits for it, and finished there', async () => {
    const { server, first, running, open, answer, records } = await begin();
    const second = open();
    assert.equal(await second.responses.deliver(await answer()), true);
    await running.result;
    assert.ok(first.sessions.get(server.mcpUrl));
    assert.deepEqual(second.sent, []);
    assert.equal(second.authenticator.running(server.mcpUrl), undefined);
    assert.deepEqual(records(), []);
  });

  it('is finished there when the window that began is gone', async () => {
    const begun = await begin();
    assert.equal(begun.records().length, 1);
    const { second, running } = await finishElsewhere(begun);
    assert.equal(running.step, 'exchangingCode');
    const session = await running.result;
    assert.equal(session.serverUrl, begun.server.mcpUrl);
    assert.equal(session.requestedScope, 'files:read');
    assert.deepEqual(second.sessions.get(begun.server.mcpUrl), session);
    assert.deepEqual(begun.records(), []);
    const { registrations, redirectKind, servers } = await second.ports.registrations.open(
      begun.server.origin,
    );
    assert.equal(registrations[0]?.clientId, session.client.clientId);
    assert.deepEqual([redirectKind, servers], ['uriHandler', [begun.server.mcpUrl]]);
    assert.ok(second.lines.some((line) => line.startsWith('info Authenticated ')));
  });

  it('tells whoever follows what nobody clicked for, once', async () => {
    const { first, server, open, answer } = await begin();
    first.close();
    const second = open();
    const told: string[] = [];
    second.authenticator.onDidStartUnattended(({ serverUrl }) => told.push(serverUrl));
    await second.responses.deliver(await answer());
    await unattended(second, server).result;
    assert.deepEqual(told, [server.mcpUrl]);
  });

  it('asks nothing of the server but for the tokens', async () => {
    const begun = await begin();
    const before = begun.server.asked.length;
    const { running } = await finishElsewhere(begun);
    await running.result;
    assert.deepEqual(begun.server.asked.slice(before), ['GET /authorize', 'POST /token']);
  });

  describe('is consumed once', () => {
    it('when two windows get it at the same moment, and the one that began is gone', async () => {
      const { first, server, open, answer, tokenRequests } = await begin();
      first.close();
      const windows = [open(), open()];
      const response = await answer();
      const accepted = await Promise.all(windows.map(({ responses }) => responses.deliver(response)));
      assert.deepEqual([...accepted].sort(), [false, true]);
      const [finishing] = windows.filter((_window, index) => accepted[index]);
      // Not what runs there: each window may have taken the sign-in up by itself as well, as one whose window is gone.
      await until(() => finishing?.sessions.get(server.mcpUrl) !== undefined, 'it is not finished');
      assert.equal(tokenRequests(), 1);
    });

    it('when one window gets it twice', async () => {
      const begun = await begin();
      const { second, running, response } = await finishElsewhere(begun);
      assert.equal(await second.responses.deliver(response), false);
      await running.result;
      assert.equal(await second.responses.deliver(response), false);
      assert.equal(begun.tokenRequests(), 1);
      const ignored = second.lines.filter((line) =>
        line.startsWith('warn Ignored an authorization response'),
      );
      assert.equal(ignored.length, 2);
    });

    for (const areConnected of [true, false]) {
      it(`when the one that waits gets it, too, and they know of each other: ${areConnected}`, async () => {
        const machine = new Machine();
        machine.areWindowsConnected = areConnected;
        const { server, first, running, open, answer, tokenRequests } = await begin({ machine });
        const second = open();
        const response = await answer();
        await Promise.all([first, second].map(({ responses }) => responses.deliver(response)));
        const attempts = [running, second.authenticator.running(server.mcpUrl)];
        const ended = await Promise.allSettled(attempts.flatMap((one) => one?.result ?? []));
        assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1);
        assert.equal(tokenRequests(), 1);
        assert.equal(first.authenticator.failure(server.mcpUrl), undefined);
      });
    }
  });

  it('ends the wait of a window that cannot be told, without doubting anything', async () => {
    const machine = new Machine();
    machine.areWindowsConnected = false;
    const { server, first, running, open, answer } = await begin({ machine });
    const second = open();
    assert.equal(await second.responses.deliver(await answer()), true);
    const { client } = await unattended(second, server).result;
    await assert.rejects(running.result, { code: 'cancelled', interruption: 'finishedElsewhere' });
    assert.equal(first.authenticator.failure(server.mcpUrl), undefined);
    const { registrations } = await first.ports.registrations.open(server.origin);
    assert.equal(registrations[0]?.clientId, client.clientId);
  });

  it('is ignored ten minutes after the sign-in began, and its record removed', async () => {
    const { first, open, answer, records, tokenRequests } = await begin();
    first.close();
    const second = open();
    second.clock.advance(tenMinutes);
    assert.equal(await second.responses.deliver(await answer()), false);
    assert.deepEqual(records(), []);
    assert.equal(tokenRequests(), 0);
  });

  it('is ignored when the sign-in was cancelled', async () => {
    const { running, open, answer, records } = await begin();
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    assert.deepEqual(records(), []);
    assert.equal(await open().responses.deliver(await answer()), false);
  });

  it('is ignored when its state is unknown, and the right one still signs in', async () => {
    const { server, first, open, answer, records } = await begin();
    first.close();
    const second = open();
    const forged = new URLSearchParams({ state: 'guessed-state', code: 'stolen-code' });
    assert.equal(await second.responses.deliver(forged), false);
    assert.equal(records().length, 1);
    assert.equal(await second.responses.deliver(await answer()), true);
    await unattended(second, server).result;
  });

  it('ends the sign-in as denied there when the person refused', async () => {
    const begun = await begin();
    const { second, running } = await finishElsewhere(begun, { error: 'access_denied' });
    await assert.rejects(running.result, { code: 'access_denied' });
    assert.equal(second.authenticator.failure(begun.server.mcpUrl)?.code, 'access_denied');
    assert.deepEqual([begun.records(), begun.tokenRequests()], [[], 0]);
  });

  it('is refused unread there when it is of another issuer', async () => {
    const begun = await begin();
    const { running } = await finishElsewhere(begun, { iss: 'https://evil.example' });
    await assert.rejects(running.result, { code: 'issuer_mismatch' });
    assert.deepEqual([begun.records(), begun.tokenRequests()], [[], 0]);
  });

  it('brings bound tokens by the key that the sign-in began with', async () => {
    const bound = new BoundServer();
    const begun = await begin({ routes: bound.routes });
    const { running } = await finishElsewhere(begun);
    const { dpop, tokens } = await running.result;
    assert.deepEqual([tokens.tokenType, dpop?.requiredByServer], ['dpop', true]);
    const thumbprint = begun.first.opened[0]?.searchParams.get('dpop_jkt');
    assert.equal(bound.requests[0]?.thumbprint, thumbprint);
  });

  it('signs in with the secret that was entered in the window before, and keeps it', async () => {
    const askClientSecret = async () => 'the-secret-of-mine';
    const target = { clientId: 'mine' };
    const routes: BegunSignInOptions['routes'] = ({ metadata }) => ({
      [metadataRoute]: json({ ...metadata, token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
    });
    const begun = await begin({ routes, target, window: { prompt: { askClientSecret } } });
    const { second, running } = await finishElsewhere(begun);
    const session = await running.result;
    assert.equal(session.client.clientSecret, 'the-secret-of-mine');
    assert.equal(session.configuration, '[null,"mine",null]');
    const known = await second.ports.registrations.open(begun.server.origin);
    assert.equal(known.preRegistered?.[0]?.clientSecret, 'the-secret-of-mine');
    const [request] = begun.server.requests.filter(({ route }) => route === 'POST /token');
    assert.match(request?.headers.authorization ?? '', /^Basic /);
  });

  it('teaches the redactor there what the record holds', async () => {
    const begun = await begin();
    const { codeVerifier } = JSON.parse(begun.records()[0] ?? '{}').authorization;
    assert.equal(typeof codeVerifier, 'string');
    const { second, running } = await finishElsewhere(begun);
    await running.result;
    second.ports.log.error(`It is ${codeVerifier}`);
    assert.equal(second.lines.at(-1), 'error It is ‹redacted›');
  });

  describe('of a sign-in with what was known from before', () => {
    /** Signed in before; while the browser is open the server is silent, and then `says` what it says. */
    async function again(says: (begun: BegunSignIn) => void) {
      const begun = await begin({ before: (first, server) => first.signIn(server.mcpUrl) });
      const { server } = begun;
      assert.equal(begun.first.sessions.get(server.mcpUrl)?.serverUrl, server.mcpUrl);
      says(begun);
      const requests = begun.tokenRequests();
      const asked = server.asked.length;
      const { second, running } = await finishElsewhere(begun);
      return { ...begun, second, running, requests, asked };
    }

    it('is finished after the server was asked again', async () => {
      const { server, running, asked } = await again(() => undefined);
      await running.result;
      const order = server.asked.slice(asked);
      assert.ok(order.includes(resourceRoute) && order.includes(metadataRoute));
      assert.equal(order.at(-1), 'POST /token');
    });

    it('ends before its code is sent when the server has moved', async () => {
      const { server, second, running, requests, tokenRequests } = await again(({ server }) =>
        server.answer(metadataRoute, json({ ...server.metadata, token_endpoint: `${server.origin}/token2` })),
      );
      await assert.rejects(running.result, {
        code: 'not_authenticated',
        remedy: 'authenticate',
        message: /has moved .* Authenticate again/,
      });
      assert.equal(tokenRequests(), requests);
      assert.ok(!server.asked.includes('POST /token2'));
      assert.equal(second.authenticator.failure(server.mcpUrl)?.code, 'not_authenticated');
    });

    it('ends as the server says when its metadata names another issuer', async () => {
      const { running, requests, tokenRequests } = await again(({ server }) =>
        server.answer(metadataRoute, json({ ...server.metadata, issuer: 'https://elsewhere.test' })),
      );
      await assert.rejects(running.result, { code: 'issuer_mismatch' });
      assert.equal(tokenRequests(), requests);
    });

    it('is finished with what was known when the server has a bad moment', async () => {
      const { running } = await again(({ server }) =>
        server.answer(metadataRoute, json({}, { status: 503 })),
      );
      await running.result;
    });

    it('asks for another click when the server has forgotten the client, which is registered anew then', async () => {
      const { server, second, running } = await again(({ server }) =>
        server.answer('POST /token', json({ error: 'invalid_client' }, { status: 401 })),
      );
      await assert.rejects(running.result, { code: 'not_authenticated', message: /Authenticate again/ });
      assert.deepEqual((await second.ports.registrations.open(server.origin)).registrations, []);
    });
  });

  describe('when the storage', () => {
    it('does not take the record, is finished in the window that waits only', async () => {
      const machine = new Machine();
      machine.secrets.refuse('store');
      const { server, first, running, open, answer, records } = await begin({ machine });
      assert.deepEqual(records(), []);
      assert.ok(first.lines.some((line) => line.startsWith('warn The sign-in could not be recorded')));
      machine.secrets.refuse();
      assert.equal(await open().responses.deliver(await answer()), true);
      await running.result;
      assert.ok(first.sessions.get(server.mcpUrl));
    });

    it('does not answer, opens the browser a second later all the same', async () => {
      const server = await suite.server();
      const machine = new Machine();
      let isAsked = false;
      machine.secrets.store = () => {
        isAsked = true;
        return new Promise(() => undefined);
      };
      const first = suite.assemble({ machine, browser: async () => true });
      const result = first.signIn(server.mcpUrl);
      const running = unattended(first, server);
      await until(() => isAsked && first.clock.timerCount > 1, 'nothing is written');
      assert.deepEqual(first.opened, []);
      first.clock.advance(1_000);
      await until(() => running.step === 'waitingForBrowser', 'the browser is not opened');
      running.cancel();
      await assert.rejects(result, { code: 'cancelled' });
    });

    it('cannot be read, is ignored, and taken when it can be', async () => {
      const { server, machine, first, open, answer, tokenRequests } = await begin();
      first.close();
      const second = open();
      machine.secrets.refuse('get');
      assert.equal(await second.responses.deliver(await answer()), false);
      assert.ok(
        second.lines.some((line) => line.startsWith('error The record of a sign-in could not be read')),
      );
      machine.secrets.refuse();
      assert.equal(await second.responses.deliver(await answer()), true);
      await unattended(second, server).result;
      assert.equal(tokenRequests(), 1);
    });

    it('does not let the record go, is not finished there, since others might as well', async () => {
      const { server, machine, first, open, answer, tokenRequests } = await begin();
      first.close();
      const second = open();
      machine.secrets.refuse('delete');
      assert.equal(await second.responses.deliver(await answer()), false);
      assert.equal(second.authenticator.running(server.mcpUrl), undefined);
      assert.equal(tokenRequests(), 0);
      assert.ok(second.lines.some((line) => line.includes('cannot be finished')));
    });

    it('does not let the record go, is finished in the window that waits', async () => {
      const { machine, first, running, answer, tokenRequests } = await begin();
      machine.secrets.refuse('delete');
      await first.responses.deliver(await answer());
      await running.result;
      assert.equal(tokenRequests(), 1);
      assert.ok(
        first.lines.some((line) => line.startsWith('warn The record of a sign-in could not be removed')),
      );
      // The window does not wait any more; what is left expires.
      first.close();
    });
  });

  it('costs one more click when the window that took it dies before the code was sent, and nothing else', async () => {
    const begun = await begin({ before: (first, server) => first.signIn(server.mcpUrl) });
    const { server, open, records } = begun;
    const session = begun.first.sessions.get(server.mcpUrl);
    server.answer('POST /mcp', silence);
    const { second, running } = await finishElsewhere(begun);
    second.close();
    await assert.rejects(running.result, { code: 'cancelled', interruption: 'windowClosed' });
    assert.deepEqual(records(), []);
    const third = open();
    await third.sessions.reload();
    assert.equal(third.sessions.get(server.mcpUrl)?.tokens.accessToken, session?.tokens.accessToken);
    const { registrations } = await third.ports.registrations.open(server.origin);
    assert.equal(registrations[0]?.clientId, session?.client.clientId);
    const click: RunningAuthentication = third.authenticator.start({
      serverUrl: new URL(server.mcpUrl),
      transport: 'http',
    });
    await until(() => click.step === 'waitingForBrowser', 'the browser is not opened');
    click.cancel();
    await assert.rejects(click.result, { code: 'cancelled' });
  });
});
