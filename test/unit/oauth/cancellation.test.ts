import assert from 'node:assert/strict';
import type { AuthenticationStep } from '../../../src/core/oauth/authentication.ts';
import { type Assembly, type BrowserScript, followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import type { MisbehavingServer, Routes } from '../../support/misbehavingServer.ts';
import { silence } from '../../support/reply.ts';

/** A dialog of VS Code that nobody answers. */
const openDialog: BrowserScript = () => new Promise(() => undefined);

const fiveMinutes = 5 * 60_000;

describe('an authentication that does not come to its end', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  async function start(routes: Routes = {}, browser: BrowserScript = async () => true) {
    server = await suite.server(() => routes);
    assembly = suite.assemble({ browser });
    return assembly.authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' });
  }

  /** Nothing runs, waits or is stored; {@link authenticationSuite} checks the timers. */
  async function assertNothingLeft(): Promise<void> {
    const { authenticator, sessions, secrets, responses, opened } = assembly;
    assert.equal(authenticator.running(server.mcpUrl), undefined);
    assert.equal(authenticator.failure(server.mcpUrl), undefined);
    assert.equal(sessions.get(server.mcpUrl), undefined);
    assert.equal(secrets.values.size, 0);
    for (const page of opened) {
      assert.equal(await responses.deliver((await followRedirect(page)).searchParams), false);
    }
    await until(() => assembly.clock.timerCount === 0, 'a time limit is still running');
  }

  const steps: readonly [string, AuthenticationStep, Routes, string | undefined, BrowserScript?][] = [
    ['while the server is asked', 'discovering', { 'POST /mcp': silence }, 'POST /mcp'],
    [
      'while metadata is fetched',
      'discovering',
      { 'GET /.well-known/oauth-authorization-server': silence },
      'GET /.well-known/oauth-authorization-server',
    ],
    ['while it registers', 'registering', { 'POST /register': silence }, 'POST /register'],
    ['while a dialog is open', 'openingBrowser', {}, undefined, openDialog],
    ['while the browser is waited for', 'waitingForBrowser', {}, undefined],
    [
      'while the code is exchanged',
      'exchangingCode',
      { 'POST /token': silence },
      'POST /token',
      followRedirect,
    ],
  ];
  for (const [when, step, routes, route, browser] of steps) {
    it(`is cancelled ${when}, and leaves nothing`, async () => {
      const running = await start(routes, browser);
      if (route !== undefined) {
        await server.next(route);
      }
      await until(() => running.step === step, `the step ${step} is not reached`);
      running.cancel();
      await assert.rejects(running.result, { code: 'cancelled', remedy: 'none' });
      await assertNothingLeft();
      assert.ok(assembly.lines.includes('info Authentication cancelled'));
    });
  }

  it('is cancelled at once, before anything was sent', async () => {
    const running = await start();
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    await assertNothingLeft();
    assert.deepEqual(assembly.opened, []);
  });

  it('can be cancelled twice, and after its end', async () => {
    const running = await start();
    running.cancel();
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    running.cancel();
    await assertNothingLeft();
  });

  const registrations = () => server.asked.filter((route) => route === 'POST /register').length;

  it('doubts the registration of a page that nobody came back from, and makes another next time', async () => {
    let isAnswering = true;
    await start({}, async (url) => (isAnswering ? await followRedirect(url) : true)).then(
      ({ result }) => result,
    );
    isAnswering = false;
    const running = assembly.authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' });
    await until(() => running.step === 'waitingForBrowser', 'the page was not shown');
    assert.equal(registrations(), 1);
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    isAnswering = true;
    await assembly.signIn(server.mcpUrl);
    assert.equal(registrations(), 2);
  });

  it('keeps the registration when the person did not open the page', async () => {
    let isOpened = true;
    await start({}, async (url) => isOpened && (await followRedirect(url))).then(({ result }) => result);
    isOpened = false;
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'cancelled' });
    isOpened = true;
    await assembly.signIn(server.mcpUrl);
    assert.equal(registrations(), 1);
  });

  it('ends the page that was set up for the browser', async () => {
    const signals: AbortSignal[] = [];
    const running = await start({}, async (_url, signal) => {
      signals.push(signal);
      return true;
    });
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  it('is cancelled when the person does not open the page', async () => {
    const running = await start({}, async () => false);
    await assert.rejects(running.result, { code: 'cancelled', message: 'The sign-in page was not opened.' });
    await assertNothingLeft();
  });

  it('is not harmed by a dialog that is answered after it was cancelled', async () => {
    const answer = Promise.withResolvers<boolean>();
    const running = await start({}, () => answer.promise);
    await until(() => running.step === 'openingBrowser', 'the browser is not opened');
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    answer.resolve(false);
    await assertNothingLeft();
    assert.equal(running.step, 'openingBrowser');
  });

  it('fails when the browser cannot be opened, and leaves nothing', async () => {
    const running = await start({}, async () => {
      throw new Error('there is no browser');
    });
    await assert.rejects(running.result, /there is no browser/);
    await assertNothingLeft();
  });

  it('ends when nobody has signed in within five minutes', async () => {
    const running = await start();
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    assembly.clock.advance(fiveMinutes - 1);
    assert.ok(assembly.authenticator.running(server.mcpUrl));
    assembly.clock.advance(1);
    await assert.rejects(running.result, {
      code: 'timeout',
      remedy: 'retry',
      message: /within five minutes/,
    });
    assert.equal(assembly.authenticator.failure(server.mcpUrl)?.code, 'timeout');
    assert.equal(assembly.secrets.values.size, 0);
  });

  it('counts an open dialog into the five minutes', async () => {
    const running = await start({}, openDialog);
    await until(() => running.step === 'openingBrowser', 'the browser is not opened');
    assembly.clock.advance(fiveMinutes);
    await assert.rejects(running.result, { code: 'timeout' });
  });

  it('does not open the page again after it was cancelled', async () => {
    const running = await start();
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    running.cancel();
    await assert.rejects(running.result, { code: 'cancelled' });
    await running.reopenBrowser();
    assert.equal(assembly.opened.length, 1);
  });

  it('ends with its window', async () => {
    const running = await start();
    await until(() => running.step === 'waitingForBrowser', 'the browser is not waited for');
    assembly.close();
    await assert.rejects(running.result, { code: 'cancelled' });
    assert.equal(assembly.authenticator.running(server.mcpUrl), undefined);
    assert.equal(assembly.secrets.values.size, 1, 'but for the record of it');
  });
});
