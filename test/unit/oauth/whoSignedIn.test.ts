import assert from 'node:assert/strict';
import { type PlacedSignIn, SignInKeeper } from '../../../src/core/session/signInKeeper.ts';
import type { Assembly } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { idToken } from '../../support/idToken.ts';
import {
  type Answer,
  freshTokens,
  type MisbehavingServer,
  type ReceivedRequest,
} from '../../support/misbehavingServer.ts';
import { json, page, type Reply, redirect, reset, silence, text } from '../../support/reply.ts';

const metadataRoute = 'GET /.well-known/oauth-authorization-server';
const resourceRoute = 'GET /.well-known/oauth-protected-resource/mcp';

describe('who has signed in', () => {
  const suite = authenticationSuite();
  let server: MisbehavingServer;
  let assembly: Assembly;

  beforeEach(async () => {
    server = await suite.server();
    assembly = suite.assemble();
  });

  /** Everybody is honest, and grants what an OpenID provider grants. */
  function offerUserInfo(answer: Answer, userinfo_endpoint: unknown = `${server.origin}/userinfo`): void {
    server.answer(resourceRoute, json({ ...server.resource, scopes_supported: ['openid', 'profile'] }));
    server.answer(metadataRoute, json({ ...server.metadata, userinfo_endpoint }));
    server.answer('GET /userinfo', answer);
  }

  /** What comes with the tokens of whoever signs in from now on. */
  function giveTokens(members: (request: ReceivedRequest) => object): void {
    server.answer('POST /token', (request) => json({ ...freshTokens(), ...members(request) }));
  }

  const clientOf = ({ form }: ReceivedRequest) => form.get('client_id');
  const giveIdToken = (claims: object, header?: object) =>
    giveTokens((request) => ({
      id_token: idToken({ iss: server.origin, aud: clientOf(request), sub: 'a', ...claims }, header),
    }));

  async function signIn(): Promise<PlacedSignIn> {
    const serverUrl = new URL(server.mcpUrl);
    const running = assembly.authenticator.start({ serverUrl, transport: 'http' });
    await running.result;
    return await running.placed;
  }

  const said = ({ session }: PlacedSignIn) => [session.account.subject, session.account.name];

  describe('by the ID token', () => {
    for (const [what, claims, name] of [
      ['the user name', { preferred_username: 'alice', email: 'a@example.com', name: 'Alice' }, 'alice'],
      [
        'the email address where there is no user name',
        { email: 'a@example.com', name: 'Alice' },
        'a@example.com',
      ],
      ['the name where there is nothing else', { name: 'Alice Smith' }, 'Alice Smith'],
      ['what is left of a user name', { preferred_username: '\u202ealice\n', name: 'x' }, 'alice'],
      [
        'the next one where nothing is left',
        { preferred_username: '\u200b', email: 'a@example.com' },
        'a@example.com',
      ],
      ['the next one where one is no text', { preferred_username: { a: 1 }, name: 'Alice' }, 'Alice'],
      ['no name where it tells none', {}, undefined],
    ] as const) {
      it(`is called ${what}`, async () => {
        giveIdToken(claims);
        assert.deepEqual(said(await signIn()), ['a', name]);
      });
    }

    const now = Math.floor(Date.now() / 1000);
    for (const [what, claims, header] of [
      ['another issuer', { iss: 'https://other.example' }, undefined],
      ['another client', { aud: 'client-of-somebody' }, undefined],
      ['yesterday', { exp: now - 86_400 }, undefined],
      ['nobody', { sub: undefined }, undefined],
      ['something that is no person', { sub: { a: 1 } }, undefined],
      ['another sign-in, by its nonce', { nonce: 'n-0' }, undefined],
      ['an algorithm that nobody listed', {}, { alg: 'HS256' }],
      ['no algorithm', {}, { alg: 'none' }],
    ] as const) {
      it(`is unknown, and signed in all the same, where that is of ${what}`, async () => {
        giveIdToken(claims, header);
        const placed = await signIn();
        assert.deepEqual(said(placed), [undefined, undefined]);
        assert.equal(placed.outcome, 'first');
        assert.ok(assembly.lines.some((line) => line.startsWith('info The ID token is not valid')));
      });
    }

    for (const id_token of [
      '',
      'x',
      'a.b.c',
      '..',
      null,
      7,
      true,
      ['a'],
      { a: 1 },
      `${'a'.repeat(9000)}.b.c`,
    ]) {
      it(`is unknown, and signed in all the same, where that is ${JSON.stringify(id_token).slice(0, 20)}`, async () => {
        giveTokens(() => ({ id_token }));
        assert.deepEqual(said(await signIn()), [undefined, undefined]);
      });
    }

    it('is found by the algorithms that the server lists, also when signing in again', async () => {
      const metadata = { ...server.metadata, id_token_signing_alg_values_supported: ['ES256'] };
      server.answer(metadataRoute, json(metadata));
      giveIdToken({ name: 'Alice' }, { alg: 'ES256' });
      assert.deepEqual(said(await signIn()), ['a', 'Alice']);
      giveIdToken({ sub: 'b', name: 'Bob' }, { alg: 'ES256' });
      const again = await signIn();
      assert.deepEqual(said(again), ['b', 'Bob']);
      assert.equal(again.outcome, 'somebodyElse');
    });

    it('is neither stored nor logged but as subject and name, in secret storage', async () => {
      giveIdToken({ preferred_username: 'alice@example.com', address: 'Main Street 1' });
      await signIn();
      const stored = [...assembly.secrets.values];
      assert.ok(stored.some(([, record]) => record.includes('alice@example.com')));
      assert.doesNotMatch(JSON.stringify(stored), /Main Street|eyJ/);
      assert.doesNotMatch(JSON.stringify(stored.map(([key]) => key)), /alice/);
      assert.doesNotMatch(assembly.lines.join('\n'), /alice|Main Street/);
    });

    it('is not asked for where nobody else wants the scope "openid"', async () => {
      await signIn();
      assert.equal(assembly.opened[0]?.searchParams.get('scope'), 'files:read');
    });
  });

  describe('by the userinfo endpoint', () => {
    it('is found out after the session was stored, with its access token', async () => {
      let storedBefore: number | undefined;
      let authorization: string | undefined;
      offerUserInfo(({ headers }) => {
        storedBefore = assembly.sessions.accounts(server.mcpUrl).length;
        authorization = headers.authorization;
        return json({ sub: 'a', preferred_username: 'alice' });
      });
      const placed = await signIn();
      assert.deepEqual(said(placed), ['a', 'alice']);
      assert.equal(storedBefore, 1);
      assert.equal(authorization, `Bearer ${placed.session.tokens.accessToken}`);
      assert.deepEqual(assembly.sessions.get(server.mcpUrl)?.account, placed.session.account);
      assert.doesNotMatch(assembly.lines.join('\n'), /alice/);
    });

    it('keeps nobody waiting', async () => {
      offerUserInfo(silence);
      const asked = server.next('GET /userinfo');
      const serverUrl = new URL(server.mcpUrl);
      const running = assembly.authenticator.start({ serverUrl, transport: 'http' });
      await running.result;
      assert.equal(assembly.authenticator.running(server.mcpUrl), undefined);
      await asked;
      assembly.clock.advance(30_000);
      assert.deepEqual(said(await running.placed), [undefined, undefined]);
    });

    it('is not asked for any more when the window closes', async () => {
      offerUserInfo(silence);
      const asked = server.next('GET /userinfo');
      const running = assembly.authenticator.start({ serverUrl: new URL(server.mcpUrl), transport: 'http' });
      await running.result;
      await asked;
      assembly.authenticator.dispose();
      assert.equal((await running.placed).outcome, 'first');
    });

    it('is not asked for where the ID token has said it all', async () => {
      offerUserInfo(() => assert.fail('nobody has to ask'));
      giveIdToken({ preferred_username: 'alice' });
      assert.deepEqual(said(await signIn()), ['a', 'alice']);
      assert.ok(!server.asked.includes('GET /userinfo'));
    });

    it('is not asked for where the scope "openid" was not granted', async () => {
      offerUserInfo(() => assert.fail('nobody may ask'));
      giveTokens(() => ({ scope: 'profile' }));
      assert.deepEqual(said(await signIn()), [undefined, undefined]);
    });

    it('gets a name that the ID token lacks, of the same person only', async () => {
      offerUserInfo(json({ sub: 'a', email: 'a@example.com' }));
      giveIdToken({});
      assert.deepEqual(said(await signIn()), ['a', 'a@example.com']);
      giveIdToken({ sub: 'b' });
      assert.deepEqual(said(await signIn()), ['b', undefined]);
    });

    const hostile: readonly (readonly [string, Reply])[] = [
      ['a page', page()],
      ['an error', json({ error: 'invalid_token' }, { status: 401 })],
      [
        'a challenge',
        text('', 'text/plain', {
          status: 401,
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
        }),
      ],
      ['no JSON', text('{', 'application/json')],
      ['a list', json([1])],
      ['nobody', json({ name: 'Alice' })],
      ['a subject that is none', json({ sub: 7 })],
      ['too much', json({ sub: 'a', name: 'x'.repeat(1_000_001) })],
      ['a cut connection', reset],
      ['a redirect', redirect('http://127.0.0.1:1/userinfo')],
      ['a JWT', text(idToken({ sub: 'a' }), 'application/jwt')],
    ];
    for (const [what, reply] of hostile) {
      it(`is unknown, and signed in all the same, where that answers with ${what}`, async () => {
        offerUserInfo(reply);
        assert.deepEqual(said(await signIn()), [undefined, undefined]);
        assert.ok(assembly.lines.some((line) => line.includes('does not say who has signed in')));
        assert.equal(server.asked.filter((route) => route === 'GET /userinfo').length, 1);
      });
    }

    for (const endpoint of ['http://plain.example/userinfo', 'no URL', 'file:///etc/passwd', 7, { a: 1 }]) {
      it(`sends the token nowhere where that is ${JSON.stringify(endpoint)}`, async () => {
        offerUserInfo(() => assert.fail('nobody may ask'), endpoint);
        assert.deepEqual(said(await signIn()), [undefined, undefined]);
        assert.ok(assembly.sent.every((url) => url.startsWith(server.origin)));
      });
    }

    it('sends the token to no address that is more private than that of the MCP server', async () => {
      const session = (await signIn()).session;
      const asked: string[] = [];
      const fetch = async (url: string) => {
        asked.push(url);
        return Response.json({ sub: 'a' });
      };
      const { sessions, ports } = assembly;
      const keeper = new SignInKeeper({ ...ports, fetch, sessions });
      const about = (userinfo_endpoint: string) => ({
        ...session,
        requestedScope: 'openid',
        authorizationServer: { ...session.authorizationServer, userinfo_endpoint },
      });
      const serverUrl = new URL('https://mcp.example/mcp');
      const kept = await keeper.keep(about('https://192.168.1.1/userinfo'), { serverUrl });
      assert.deepEqual(said(await kept.placed), [undefined, undefined]);
      assert.deepEqual(asked, []);
      const elsewhere = await keeper.keep(about('https://id.example/userinfo'), { serverUrl });
      assert.deepEqual(said(await elsewhere.placed), ['a', undefined]);
    });

    describe('found out late', () => {
      /** A session of alice from before, and whoever userinfo tells of signs in next. */
      async function aliceBefore(): Promise<PlacedSignIn> {
        offerUserInfo(json({ sub: 'a', name: 'alice' }));
        return await signIn();
      }

      const accounts = () =>
        assembly.sessions
          .accounts(server.mcpUrl)
          .map(({ account, tokens }) => [account.name, tokens.accessToken] as const);

      it('is the same account where it is the same person', async () => {
        await aliceBefore();
        const { session, outcome } = await signIn();
        assert.equal(outcome, 'renewed');
        assert.deepEqual(accounts(), [['alice', session.tokens.accessToken]]);
      });

      it('is another account where it is somebody else, and the session from before comes back', async () => {
        const before = await aliceBefore();
        server.answer('GET /userinfo', json({ sub: 'b', name: 'bob' }));
        const { session, outcome } = await signIn();
        assert.equal(outcome, 'somebodyElse');
        assert.deepEqual(accounts(), [
          ['alice', before.session.tokens.accessToken],
          ['bob', session.tokens.accessToken],
        ]);
        assert.equal(assembly.sessions.get(server.mcpUrl)?.account.name, 'bob');
        const reloaded = suite.assemble({ secrets: assembly.secrets });
        await reloaded.sessions.reload();
        assert.equal(reloaded.sessions.accounts(server.mcpUrl).length, 2);
      });

      it('renews the account that is there where a further one was to be added', async () => {
        await aliceBefore();
        const target = { serverUrl: new URL(server.mcpUrl), transport: 'http' } as const;
        const running = assembly.authenticator.start({ ...target, account: { kind: 'another' } });
        const { session, outcome } = await running.placed;
        assert.equal(outcome, 'alreadyThere');
        assert.deepEqual(accounts(), [['alice', session.tokens.accessToken]]);
        assert.equal(assembly.secrets.values.size, 2, 'one session, one issuer');
      });

      it('changes nothing where the person has signed out meanwhile', async () => {
        offerUserInfo(() => {
          void assembly.sessions.delete({ serverUrl: server.mcpUrl, accountId: 'default' });
          return json({ sub: 'a', name: 'alice' });
        });
        const running = assembly.authenticator.start({
          serverUrl: new URL(server.mcpUrl),
          transport: 'http',
        });
        await running.placed;
        assert.deepEqual(accounts(), []);
      });

      it('leaves the name that the person has given meanwhile', async () => {
        offerUserInfo(() => {
          const [session] = assembly.sessions.accounts(server.mcpUrl);
          assert.ok(session);
          void assembly.sessions.put({ ...session, account: { ...session.account, name: 'work' } });
          return json({ sub: 'a', name: 'alice' });
        });
        assert.deepEqual(said(await signIn()), ['a', 'work']);
      });
    });
  });
});
