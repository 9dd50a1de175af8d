import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import { diagnose } from '../../../src/core/connection/diagnose.ts';
import type { AccountWish } from '../../../src/core/session/account.ts';
import { renameAccount } from '../../../src/core/session/renameAccount.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import type { PlacedSignIn } from '../../../src/core/session/signInKeeper.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import type { Demo } from '../../support/demo/demo.ts';
import { consent } from '../../support/demo/scriptedBrowser.ts';
import { idToken } from '../../support/idToken.ts';
import { freshTokens } from '../../support/misbehavingServer.ts';
import { json, reset, text } from '../../support/reply.ts';

const another: AccountWish = { kind: 'another' };

describe('several accounts at one server', () => {
  const suite = authenticationSuite();
  let demo: Demo;
  let assembly: Assembly;
  let user: string;

  beforeEach(async () => {
    demo = await suite.demo({ openId: true });
    assembly = suite.assemble({ browser: (url) => consent(url.href, { decision: 'allow', user }) });
  });

  async function signIn(who: string, account?: AccountWish): Promise<PlacedSignIn> {
    user = who;
    assembly.clock.advance(1);
    const running = assembly.authenticator.start({
      serverUrl: new URL(demo.mcpUrl),
      transport: 'http',
      account,
    });
    return await running.placed;
  }

  const names = () => assembly.sessions.accounts(demo.mcpUrl).map(({ account }) => account.name);
  const used = () => assembly.sessions.get(demo.mcpUrl)?.account.name;
  const idOf = ({ session }: PlacedSignIn) => session.account.id;

  it('are added one after the other, the last one being used', async () => {
    assert.equal((await signIn('alice')).outcome, 'first');
    assert.equal((await signIn('bob', another)).outcome, 'added');
    assert.equal((await signIn('carol', another)).outcome, 'added');
    assert.deepEqual(names(), ['alice@example.com', 'bob@example.com', 'carol@example.com']);
    assert.equal(used(), 'carol@example.com');
  });

  it('come with a page that asks who it is, also where the server is remembered', async () => {
    await signIn('alice');
    await signIn('bob', another);
    const [first, added] = assembly.opened.map(({ searchParams }) => searchParams.get('prompt'));
    assert.equal(first, 'consent');
    assert.equal(added, 'login consent');
  });

  it('are no more than before when the same person is added twice', async () => {
    const alice = await signIn('alice');
    await signIn('bob', another);
    const again = await signIn('alice', another);
    assert.equal(again.outcome, 'alreadyThere');
    assert.equal(idOf(again), idOf(alice));
    assert.notEqual(again.session.tokens.accessToken, alice.session.tokens.accessToken);
    assert.deepEqual(names(), ['alice@example.com', 'bob@example.com']);
    assert.equal(used(), 'alice@example.com');
  });

  it('come from signing in as somebody else, whose session leaves the other alone', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob');
    assert.equal(bob.outcome, 'somebodyElse');
    assert.deepEqual(names(), ['alice@example.com', 'bob@example.com']);
    assert.equal(used(), 'bob@example.com');
    const kept = assembly.sessions.get(demo.mcpUrl, idOf(alice));
    assert.equal(kept?.tokens.accessToken, alice.session.tokens.accessToken);
  });

  it('are renewed each by itself, whichever is used', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob', another);
    const renewed = await signIn('alice', { kind: 'existing', id: idOf(alice) });
    assert.equal(renewed.outcome, 'renewed');
    assert.equal(used(), 'bob@example.com');
    const kept = assembly.sessions.get(demo.mcpUrl, idOf(bob));
    assert.equal(kept?.tokens.accessToken, bob.session.tokens.accessToken);
  });

  it('are renewed as they were clicked on, also when the choice changes while the person is at the page', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob', another);
    const { authenticator, sessions } = assembly;
    user = 'bob';
    const running = authenticator.start({ serverUrl: new URL(demo.mcpUrl), transport: 'http' });
    await sessions.choose({ serverUrl: demo.mcpUrl, accountId: idOf(alice) });
    const placed = await running.placed;
    assert.deepEqual([idOf(placed), placed.outcome], [idOf(bob), 'renewed']);
    assert.equal(used(), 'alice@example.com');
  });

  it('refresh each for itself', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob', another);
    const refreshed = await assembly.refresher.refresh(demo.mcpUrl, idOf(alice));
    assert.equal(refreshed.account.name, 'alice@example.com');
    assert.deepEqual(
      demo.journal.refreshes.map(({ presented }) => presented),
      [alice.session.tokens.refreshToken],
    );
    const kept = assembly.sessions.get(demo.mcpUrl, idOf(bob));
    assert.equal(kept?.tokens.accessToken, bob.session.tokens.accessToken);
  });

  it('are signed out of each by itself', async () => {
    const alice = await signIn('alice');
    await signIn('bob', another);
    const { ports, sessions } = assembly;
    const outcome = await signOut(
      { serverUrl: demo.mcpUrl, accountId: idOf(alice) },
      { ...ports, sessions },
      new AbortController().signal,
    );
    assert.equal(outcome, 'revoked');
    assert.deepEqual(names(), ['bob@example.com']);
    const revoked = demo.journal.revocations.map(({ token }) => token);
    const { accessToken, refreshToken } = alice.session.tokens;
    assert.deepEqual(revoked, [refreshToken, accessToken]);
    await diagnose(
      target(),
      { kind: 'session' },
      { ...ports, refresher: assembly.refresher, signal: signal() },
    );
  });

  const target = () => ({ serverUrl: new URL(demo.mcpUrl), transport: 'http' }) as const;
  const signal = () => new AbortController().signal;

  it('talk to the server under their own name, a whole conversation long', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob', another);
    const { ports, sessions, refresher } = assembly;
    const sent: (string | null)[] = [];
    const fetch: typeof ports.fetch = async (url, init) => {
      sent.push(new Headers(init?.headers).get('authorization'));
      await sessions.choose({ serverUrl: demo.mcpUrl, accountId: idOf(bob) });
      return await ports.fetch(url, init);
    };
    await sessions.choose({ serverUrl: demo.mcpUrl, accountId: idOf(alice) });
    await diagnose(
      target(),
      { kind: 'session', accountId: idOf(alice) },
      { ...ports, fetch, refresher, signal: signal() },
    );
    assert.ok(sent.length >= 2);
    assert.deepEqual([...new Set(sent)], [`Bearer ${alice.session.tokens.accessToken}`]);
  });

  it('get a token of their own again when the server no longer takes the one they sent', async () => {
    const alice = await signIn('alice');
    const bob = await signIn('bob', another);
    const { ports, sessions, refresher } = assembly;
    await sessions.choose({ serverUrl: demo.mcpUrl, accountId: idOf(alice) });
    demo.expireAccessTokens();
    const send = createAuthorizedFetch(new URL(demo.mcpUrl), {
      refresher,
      fetch: async (url, init) => {
        const response = await ports.fetch(url, init);
        await sessions.choose({ serverUrl: demo.mcpUrl, accountId: idOf(bob) });
        return response;
      },
    });
    await send(demo.mcpUrl, { method: 'POST', body: '{}' });
    assert.deepEqual(
      demo.journal.refreshes.map(({ presented }) => presented),
      [alice.session.tokens.refreshToken],
    );
  });

  it('are called what the person calls them, through refreshes and sign-ins', async () => {
    const alice = await signIn('alice');
    const { ports, sessions, refresher } = assembly;
    const ref = { serverUrl: demo.mcpUrl, accountId: idOf(alice) };
    await renameAccount(ref, '  at \u202ework ', { ...ports, sessions });
    assert.deepEqual(names(), ['at work']);
    await refresher.refresh(demo.mcpUrl);
    await signIn('alice');
    assert.deepEqual(names(), ['at work']);
    await renameAccount(ref, ' \n', { ...ports, sessions });
    assert.deepEqual(names(), ['at work']);
    await sessions.delete(ref);
    await assert.rejects(renameAccount(ref, 'x', { ...ports, sessions }), { code: 'not_authenticated' });
  });

  it('are all there after a reload', async () => {
    await signIn('alice');
    await signIn('bob', another);
    const reloaded = suite.assemble({ secrets: assembly.secrets });
    await reloaded.sessions.reload();
    const again = reloaded.sessions.accounts(demo.mcpUrl).map(({ account }) => account.name);
    assert.deepEqual(again, ['alice@example.com', 'bob@example.com']);
  });

  it('leave no name in the log, nor in a key', async () => {
    await signIn('alice');
    await signIn('bob', another);
    await signIn('alice', another);
    assert.doesNotMatch(assembly.lines.join('\n'), /alice|bob/);
    assert.doesNotMatch([...assembly.secrets.values.keys()].join('\n'), /alice|bob/);
  });
});

describe('accounts of one server', () => {
  const suite = authenticationSuite();

  it('have demands for scopes of their own', async () => {
    const server = await suite.server();
    const { signIn, sessions, refresher, ports } = suite.assemble();
    const first = await signIn(server.mcpUrl);
    const added = await signIn(server.mcpUrl, { account: another });
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"';
    const headers = { 'www-authenticate': challenge };
    server.answer('POST /mcp', text('', 'text/plain', { status: 403, headers }));
    const demands = new ScopeDemands();
    const accountId = first.account.id;
    const send = createAuthorizedFetch(new URL(server.mcpUrl), { ...ports, refresher, demands, accountId });
    await assert.rejects(send(server.mcpUrl, { method: 'POST', body: '{}' }), {
      code: 'insufficient_scope',
    });
    assert.equal(first.createdAt, added.createdAt, 'they can be told apart by the account only');
    assert.deepEqual(demands.of(first), { scope: 'files:write' });
    assert.equal(demands.of(added), undefined);
    demands.settle(added);
    assert.deepEqual(demands.of(first), { scope: 'files:write' });
    assert.equal(sessions.accounts(server.mcpUrl).length, 2);
  });

  it('are as they were when no further one could be added, and nobody is told of that who is not there', async () => {
    const server = await suite.server();
    const { signIn, sessions, authenticator } = suite.assemble();
    const { account, tokens } = await signIn(server.mcpUrl);
    server.answer('POST /token', reset);
    await assert.rejects(signIn(server.mcpUrl, { account: another }), { code: 'network' });
    assert.equal(authenticator.failure(server.mcpUrl), undefined);
    assert.deepEqual(
      sessions.accounts(server.mcpUrl).map((session) => session.tokens.accessToken),
      [tokens.accessToken],
    );
    await sessions.delete({ serverUrl: server.mcpUrl, accountId: account.id });
    assert.equal(authenticator.failure(server.mcpUrl), undefined);
  });

  it('are another one each where nobody tells who signs in', async () => {
    const server = await suite.server();
    const { authenticator, sessions } = suite.assemble();
    const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
    await authenticator.start(target).placed;
    const { outcome, session } = await authenticator.start({ ...target, account: another }).placed;
    assert.equal(outcome, 'added');
    assert.equal(session.account.name, undefined);
    assert.match(session.account.id, /^[\da-f-]{36}$/);
    assert.equal(sessions.get(server.mcpUrl)?.account.id, session.account.id);
    // Without anybody to tell, signing in is for the one that is used.
    assert.equal((await authenticator.start(target).placed).outcome, 'renewed');
    assert.equal(sessions.accounts(server.mcpUrl).length, 2);
  });

  it('are told apart by subject only where the issuer is the same', async () => {
    const server = await suite.server();
    const other = await suite.server();
    const give = (one: typeof server) =>
      one.answer('POST /token', ({ form }) =>
        json({
          ...freshTokens(),
          id_token: idToken({ iss: one.origin, aud: form.get('client_id'), sub: 'a', name: 'Alice' }),
        }),
      );
    give(server);
    give(other);
    const { authenticator, sessions } = suite.assemble();
    const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
    await authenticator.start(target).placed;
    const moved = { ...server.resource, authorization_servers: [other.origin] };
    server.answer('GET /.well-known/oauth-protected-resource/mcp', json(moved));
    const { outcome } = await authenticator.start({ ...target, account: another }).placed;
    assert.equal(outcome, 'added');
    assert.deepEqual(
      sessions.accounts(server.mcpUrl).map((session) => session.authorizationServer.issuer),
      [server.origin, other.origin],
    );
  });
});
