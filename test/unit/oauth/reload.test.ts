import assert from 'node:assert/strict';
import type { FormerRedirect } from '../../../src/core/oauth/redirect.ts';
import type { Assembly, AssemblyOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import { Machine } from '../../support/machine.ts';
import { json } from '../../support/reply.ts';
import {
  type BegunSignIn,
  type BegunSignInOptions,
  beginSignIn,
  unattended,
} from '../../support/twoWindows.ts';

const tenMinutes = 10 * 60_000;

describe('a sign-in whose window is reloaded', () => {
  const suite = authenticationSuite();

  const begin = (options?: BegunSignInOptions) => beginSignIn(suite, options);

  /** The window that follows, when it has taken up what is left. */
  async function reload({ first, open }: BegunSignIn, options?: AssemblyOptions): Promise<Assembly> {
    first.close();
    const second = open(options);
    await second.resumption.resume();
    return second;
  }

  /** What waits in the window that follows, as soon as it can be continued. */
  async function waitingIn(window: Assembly, { server }: BegunSignIn) {
    const running = unattended(window, server);
    await until(() => running.waiting !== undefined, 'nobody is waited for');
    const { waiting } = running;
    return { running, waiting: waiting?.kind === 'response' ? waiting : assert.fail('no response') };
  }

  it('waits for the browser again, and is finished by its response', async () => {
    const begun = await begin();
    const { server } = begun;
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    assert.equal(running.step, 'waitingForBrowser');
    assert.equal(await second.responses.deliver(await begun.answer()), true);
    const session = await running.result;
    assert.deepEqual(second.sessions.get(server.mcpUrl), session);
    assert.deepEqual(begun.records(), []);
    assert.equal(begun.tokenRequests(), 1);
    assert.deepEqual(second.opened, []);
  });

  it('ends in the window of before without a doubt about anything, and leaves the record', async () => {
    const begun = await begin({ before: (first, server) => first.signIn(server.mcpUrl) });
    const [registered] = (await begun.first.ports.registrations.open(begun.server.origin)).registrations;
    begun.first.close();
    await assert.rejects(begun.running.result, { code: 'cancelled', interruption: 'windowClosed' });
    assert.equal(begun.records().length, 1);
    const [kept] = (await begun.first.ports.registrations.open(begun.server.origin)).registrations;
    assert.deepEqual(kept, registered);
    assert.equal(begun.first.authenticator.failure(begun.server.mcpUrl), undefined);
  });

  it('shows the same page again when the person wants to see it, and no sooner', async () => {
    const begun = await begin();
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    assert.equal(second.opened.length, 0);
    await running.reopenBrowser();
    assert.equal(second.opened[0]?.href, begun.first.opened[0]?.href);
    await second.responses.deliver(await begun.answer());
    await running.result;
  });

  it('can be finished by pasting, and does not ask for that by itself', async () => {
    const begun = await begin({ target: { redirectKind: 'paste' } });
    const second = await reload(begun);
    const { running, waiting } = await waitingIn(second, begun);
    assert.deepEqual([running.step, waiting.isResumed], ['waitingForPaste', true]);
    assert.match(waiting.paste('http://localhost:4713/callback?code=a&state=b') ?? '', /another sign-in/);
    assert.equal(waiting.paste(`?${await begun.answer()}`), undefined);
    await running.result;
    assert.deepEqual(begun.records(), []);
  });

  it('is finished once when the pasted answer also arrives by itself', async () => {
    const begun = await begin();
    const second = await reload(begun);
    const { running, waiting } = await waitingIn(second, begun);
    const answer = await begun.answer();
    const arrival = second.responses.deliver(answer);
    assert.match(waiting.paste(`?${answer}`) ?? '', /has ended already/);
    assert.equal(await arrival, true);
    await running.result;
    assert.equal(begun.tokenRequests(), 1);
  });

  it('adds the account that it was begun for, and leaves the others alone', async () => {
    const begun = await begin({
      before: (first, server) => first.signIn(server.mcpUrl),
      target: { account: { kind: 'another' } },
    });
    const [alone] = begun.first.sessions.accounts(begun.server.mcpUrl);
    begun.first.close();
    // Not even what is stored has been read.
    const second = begun.open();
    assert.deepEqual(second.sessions.all, []);
    await second.resumption.resume();
    const { running } = await waitingIn(second, begun);
    await second.responses.deliver(await begun.answer());
    const { session, outcome } = await running.placed;
    assert.equal(outcome, 'added');
    assert.deepEqual(
      second.sessions.accounts(begun.server.mcpUrl).map(({ tokens }) => tokens.accessToken),
      [alone?.tokens.accessToken, session.tokens.accessToken],
    );
  });

  it('renews the account that it was begun for, whichever is used', async () => {
    const begun = await begin({
      before: async (first, server) => {
        await first.signIn(server.mcpUrl);
        await first.signIn(server.mcpUrl, { account: { kind: 'another' } });
      },
      target: { account: { kind: 'existing', id: 'default' } },
    });
    const [, other] = begun.first.sessions.accounts(begun.server.mcpUrl);
    begun.first.close();
    const second = begun.open();
    await second.resumption.resume();
    const { running } = await waitingIn(second, begun);
    await second.responses.deliver(await begun.answer());
    const { session, outcome } = await running.placed;
    assert.deepEqual([session.account.id, outcome], ['default', 'renewed']);
    const [, kept] = second.sessions.accounts(begun.server.mcpUrl);
    assert.equal(kept?.tokens.accessToken, other?.tokens.accessToken);
  });

  it('is joined by another click', async () => {
    const begun = await begin();
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    const serverUrl = new URL(begun.server.mcpUrl);
    assert.equal(second.authenticator.start({ serverUrl, transport: 'http' }), running);
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
  });

  it('is cancelled for good', async () => {
    const begun = await begin();
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    assert.deepEqual(begun.records(), []);
    assert.equal(second.authenticator.failure(begun.server.mcpUrl), undefined);
    assert.equal(await second.responses.deliver(await begun.answer()), false);
    assert.equal(begun.tokenRequests(), 0);
  });

  it('ends ten minutes after it began', async () => {
    const begun = await begin();
    begun.first.close();
    const second = begun.open();
    second.clock.advance(tenMinutes - 1);
    await second.resumption.resume();
    const { running } = await waitingIn(second, begun);
    second.clock.advance(1);
    await assert.rejects(running.result, { code: 'timeout', message: /within ten minutes/ });
    assert.deepEqual(begun.records(), []);
    assert.equal(second.authenticator.failure(begun.server.mcpUrl)?.code, 'timeout');
  });

  it('is not taken up after that, and its record removed', async () => {
    const begun = await begin();
    begun.first.close();
    const second = begun.open();
    second.clock.advance(tenMinutes);
    await second.resumption.resume();
    assert.equal(second.authenticator.running(begun.server.mcpUrl), undefined);
    assert.deepEqual(begun.records(), []);
  });

  it('survives another reload', async () => {
    const begun = await begin();
    const second = await reload(begun);
    await waitingIn(second, begun);
    second.close();
    const third = begun.open();
    await third.resumption.resume();
    const { running } = await waitingIn(third, begun);
    await third.responses.deliver(await begun.answer());
    await running.result;
  });

  it('fails as the response says', async () => {
    const begun = await begin();
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    const response = await begun.answer();
    response.set('error', 'access_denied');
    await second.responses.deliver(response);
    await assert.rejects(running.result, { code: 'access_denied' });
    assert.deepEqual([begun.records(), begun.tokenRequests()], [[], 0]);
  });

  it('does not skip the check of what was known from before', async () => {
    const begun = await begin({ before: (first, server) => first.signIn(server.mcpUrl) });
    const { server, tokenRequests } = begun;
    const second = await reload(begun);
    const { running } = await waitingIn(second, begun);
    const moved = { ...server.metadata, token_endpoint: `${server.origin}/token2` };
    server.answer('GET /.well-known/oauth-authorization-server', json(moved));
    const before = tokenRequests();
    await second.responses.deliver(await begun.answer());
    await assert.rejects(running.result, { code: 'not_authenticated' });
    assert.equal(tokenRequests(), before);
  });

  describe('gets a response that', () => {
    it('arrives before the window has looked for what is left', async () => {
      const begun = await begin();
      begun.first.close();
      const second = begun.open();
      assert.equal(await second.responses.deliver(await begun.answer()), true);
      const running = unattended(second, begun.server);
      await second.resumption.resume();
      assert.equal(unattended(second, begun.server), running);
      await running.result;
      assert.equal(begun.tokenRequests(), 1);
    });

    it('arrives while the window looks for it', async () => {
      const begun = await begin();
      begun.first.close();
      const second = begun.open();
      const response = await begun.answer();
      const [, accepted] = await Promise.all([
        second.resumption.resume(),
        second.responses.deliver(response),
      ]);
      assert.equal(accepted, true);
      await until(() => second.sessions.get(begun.server.mcpUrl) !== undefined, 'it is not finished');
      await until(() => !second.authenticator.running(begun.server.mcpUrl), 'something still waits');
      assert.equal(begun.tokenRequests(), 1);
    });

    it('lands in another window that has the same number for it', async () => {
      const begun = await begin();
      const other = begun.open({ workspace: 'another workspace' });
      const second = await reload(begun);
      const { running } = await waitingIn(second, begun);
      assert.equal(await other.responses.deliver(await begun.answer()), true);
      await running.result;
      assert.deepEqual([other.sent, begun.tokenRequests()], [[], 1]);
    });
  });

  describe('is taken up', () => {
    const states = (window: Assembly, { server }: BegunSignIn) =>
      window.authenticator.running(server.mcpUrl)?.step;

    it('in no other workspace, nor in one that is not trusted', async () => {
      const begun = await begin();
      for (const workspace of ['another workspace', undefined]) {
        const second = await reload(begun, { workspace });
        assert.equal(states(second, begun), undefined);
      }
      assert.equal(begun.records().length, 1);
    });

    it('never where it was begun in a workspace that is not known', async () => {
      const begun = await begin({ window: { workspace: undefined } });
      const second = await reload(begun);
      assert.equal(states(second, begun), undefined);
      assert.equal(await second.responses.deliver(await begun.answer()), true);
      await unattended(second, begun.server).result;
    });

    it('when its window turns out to be gone, and not before', async () => {
      const begun = await begin();
      const second = begun.open();
      await second.resumption.resume();
      assert.equal(states(second, begun), undefined);
      begun.first.close();
      await until(() => states(second, begun) === 'waitingForBrowser', 'it is not taken up');
      const { running } = await waitingIn(second, begun);
      await second.responses.deliver(await begun.answer());
      await running.result;
    });

    it('by one of two windows, whose person has cancelled nothing in the other', async () => {
      const begun = await begin();
      begun.first.close();
      const windows = [begun.open(), begun.open()];
      await Promise.all(windows.map(({ resumption }) => resumption.resume()));
      const waiting = () => windows.filter((window) => states(window, begun) !== undefined);
      await until(() => waiting().length === 1, 'both wait');
      for (const { authenticator } of windows) {
        assert.equal(authenticator.failure(begun.server.mcpUrl), undefined);
      }
      assert.equal(begun.records().length, 1);
      const [other] = windows.filter((window) => !waiting().includes(window));
      const { running } = await waitingIn(waiting()[0] ?? assert.fail(), begun);
      assert.equal(await other?.responses.deliver(await begun.answer()), true);
      await running.result;
      assert.equal(begun.tokenRequests(), 1);
    });

    it('not where another sign-in at the server runs already', async () => {
      const begun = await begin();
      begun.first.close();
      const second = begun.open();
      const serverUrl = new URL(begun.server.mcpUrl);
      const running = second.authenticator.start({ serverUrl, transport: 'http' });
      await second.resumption.resume();
      assert.equal(unattended(second, begun.server), running);
      await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
      running.cancel();
      await assert.rejects(running.result, { code: 'cancelled' });
    });

    it('also where the storage takes no change', async () => {
      const begun = await begin();
      begun.first.close();
      begun.machine.secrets.refuse('store');
      const second = begun.open();
      await second.resumption.resume();
      const { running } = await waitingIn(second, begun);
      assert.ok(second.lines.some((line) => line.includes('could not be taken over in the storage')));
      begun.machine.secrets.refuse();
      await second.responses.deliver(await begun.answer());
      await running.result;
    });

    it('not where the storage cannot be listed or read, which harms nothing', async () => {
      const begun = await begin();
      begun.first.close();
      for (const operation of ['keys', 'get'] as const) {
        begun.machine.secrets.refuse(operation);
        const second = begun.open();
        await second.resumption.resume();
        assert.equal(states(second, begun), undefined);
        assert.ok(second.lines.some((line) => line.startsWith('error')));
      }
      assert.equal(begun.records().length, 1);
    });
  });

  describe('has its redirect', () => {
    it('listened at again, until it ends', async () => {
      const reopened: FormerRedirect[] = [];
      let disposals = 0;
      const begun = await begin({ target: { redirectKind: 'loopback' } });
      const second = await reload(begun, {
        reopen: async (former) => {
          reopened.push(former);
          return { dispose: () => disposals++ };
        },
      });
      const { running } = await waitingIn(second, begun);
      assert.deepEqual(reopened, [{ redirectUri: 'http://localhost:4712/callback', localPort: 4712 }]);
      assert.equal(disposals, 0);
      await second.responses.deliver(await begun.answer());
      await running.result;
      await until(() => disposals === 1, 'it is still listened at');
    });

    it('given up where it cannot be, while the answer can be pasted', async () => {
      const begun = await begin({ target: { redirectKind: 'loopback' } });
      const second = await reload(begun, {
        reopen: async () => {
          throw new Error('the port is in use');
        },
      });
      const { running, waiting } = await waitingIn(second, begun);
      await until(
        () => second.lines.some((line) => line.includes('the port is in use')),
        'nothing is logged',
      );
      waiting.paste(`?${await begun.answer()}`);
      await running.result;
    });
  });

  it('keeps to the machine that its server may lead to', async () => {
    const begun = await begin();
    const [[key, text] = assert.fail('no record')] = [...begun.machine.secrets.values];
    begun.first.close();
    const moved = text.replace('"url":"http://127.0.0.1', '"url":"http://169.254.1.1');
    assert.notEqual(moved, text);
    await begun.machine.secrets.store(key, moved);
    const second = begun.open();
    await second.resumption.resume();
    const { running } = await waitingIn(second, begun);
    await assert.rejects(running.reopenBrowser(), { code: 'insecure_url' });
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
  });

  it('is independent of other sign-ins', async () => {
    const machine = new Machine();
    const one = await begin({ machine });
    const other = await begin({ machine });
    one.first.close();
    const isTakenUp = () => other.first.authenticator.running(one.server.mcpUrl) !== undefined;
    await until(isTakenUp, 'the other window does not take it up');
    await waitingIn(other.first, one);
    other.first.close();
    const second = one.open();
    await second.resumption.resume();
    await waitingIn(second, one);
    await second.responses.deliver(await other.answer());
    await unattended(second, other.server).result;
    assert.equal(unattended(second, one.server).step, 'waitingForBrowser');
    await second.responses.deliver(await one.answer());
    await unattended(second, one.server).result;
  });
});
