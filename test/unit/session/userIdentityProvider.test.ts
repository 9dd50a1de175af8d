import assert from 'node:assert/strict';
import type { AuthenticationRequest } from '../../../src/core/oauth/authentication.ts';
import type { IdentityProviderSettings } from '../../../src/core/oauth/openIdSignIn.ts';
import { UserIdentityProvider } from '../../../src/core/session/userIdentityProvider.ts';
import type { AssemblyOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite, until } from '../../support/authenticationSuite.ts';
import {
  type IdentityProviderOptions,
  identityProvider,
  idpClientId,
} from '../../support/identityProvider.ts';
import { jwtOf } from '../../support/privateKeys.ts';
import { json, page, reset } from '../../support/reply.ts';

const hour = 3_600_000;

describe('UserIdentityProvider', () => {
  const suite = authenticationSuite();
  const { signal } = new AbortController();

  async function prepare(options: IdentityProviderOptions = {}, assembly: AssemblyOptions = {}) {
    const idp = await suite.server(identityProvider(options));
    const assembled = suite.assemble(assembly);
    const { ports, secrets } = assembled;
    const open = (settings?: Partial<IdentityProviderSettings>) =>
      new UserIdentityProvider({
        ...ports,
        secrets,
        settings: () => ({ issuer: idp.origin, clientId: idpClientId, ...settings }),
      });
    const interaction: AuthenticationRequest = {
      serverUrl: new URL('https://mcp.example/mcp'),
      transport: 'http',
      signal,
      onStep: () => undefined,
    };
    return { idp, provider: open(), open, interaction, ...assembled };
  }

  const refreshable = { refresh: () => ({}), metadata: { scopes_supported: ['offline_access'] } };

  it('signs in once, and keeps the identity for every window', async () => {
    const { provider, open, interaction, opened, idp } = await prepare();
    const { idToken, authority } = await provider.identity({ interaction, signal });
    assert.deepEqual([authority.server.issuer, authority.client.clientId], [idp.origin, idpClientId]);
    assert.equal((await open().identity({ signal })).idToken, idToken);
    assert.equal(opened.length, 1);
  });

  it('asks nobody where nobody may be asked', async () => {
    const { provider, idp } = await prepare();
    await assert.rejects(provider.identity({ signal }), { code: 'session_expired', remedy: 'authenticate' });
    assert.deepEqual(idp.requests, []);
  });

  it('signs in anew for another client, or at another identity provider', async () => {
    const { provider, open, interaction } = await prepare();
    await provider.identity({ interaction, signal });
    for (const other of [{ clientId: 'another' }, { issuer: 'http://127.0.0.1:9' }]) {
      await assert.rejects(open(other).identity({ signal }), { code: 'session_expired' });
    }
  });

  it('listens at the port that the user has set, and nowhere else', async () => {
    const { open, interaction, opened, openRedirects } = await prepare();
    await open({ callbackPort: 4321 }).identity({ interaction, signal });
    assert.equal(opened[0]?.searchParams.get('redirect_uri'), 'http://localhost:4321/callback');
    assert.equal(openRedirects.size, 0);
  });

  for (const [what, answer] of [
    ['the network is down', reset],
    ['the identity provider has a problem', page(500)],
  ] as const) {
    it(`opens no page when ${what} during a refresh`, async () => {
      const { provider, interaction, idp, clock, opened } = await prepare(refreshable);
      await provider.identity({ interaction, signal });
      idp.answer('POST /token', answer);
      clock.advance(hour);
      await assert.rejects(provider.identity({ interaction, signal }));
      assert.equal(opened.length, 1);
      assert.deepEqual(
        idp.requests.slice(-1).map(({ form }) => form.get('grant_type')),
        ['refresh_token'],
      );
    });
  }

  const later = { iat: 1, exp: Date.UTC(2031, 0, 1) / 1000, aud: idpClientId };
  for (const [what, refresh] of [
    ['gives no ID token', () => ({})],
    [
      'gives an ID token of another person',
      (iss: string) => ({ id_token: jwtOf({ ...later, iss, sub: 'x' }) }),
    ],
    [
      'gives an ID token of another issuer',
      () => ({ id_token: jwtOf({ ...later, iss: 'https://x', sub: 'the-person' }) }),
    ],
  ] as const) {
    it(`signs in again when a refresh ${what}`, async () => {
      const { provider, interaction, idp, clock, opened } = await prepare({
        ...refreshable,
        refresh: () => refresh(idp.origin),
      });
      await provider.identity({ interaction, signal });
      clock.advance(hour);
      await assert.rejects(provider.identity({ signal }), { code: 'session_expired' });
      await provider.identity({ interaction, signal });
      assert.equal(opened.length, 2);
    });
  }

  it('signs in again when the refresh token is rejected', async () => {
    const { provider, interaction, idp, clock } = await prepare(refreshable);
    await provider.identity({ interaction, signal });
    idp.answer('POST /token', json({ error: 'invalid_grant' }, { status: 400 }));
    clock.advance(hour);
    await assert.rejects(provider.identity({ signal }), { code: 'session_expired' });
  });

  it('takes what another window has obtained while its own refresh token was rejected', async () => {
    const { provider, interaction, idp, clock, secrets } = await prepare(refreshable);
    const { idToken } = await provider.identity({ interaction, signal });
    const [key = '', record = ''] = [...secrets.values].find(([name]) => name.startsWith('identity:')) ?? [];
    idp.answer('POST /token', () => {
      const { exp } = later;
      const newer = { ...JSON.parse(record), idToken: 'id-token-of-another-window', expiresAt: exp * 1000 };
      void secrets.store(key, JSON.stringify(newer));
      return json({ error: 'invalid_grant' }, { status: 400 });
    });
    clock.advance(hour);
    const renewed = await provider.identity({ signal });
    assert.notEqual(renewed.idToken, idToken);
    assert.equal(renewed.idToken, 'id-token-of-another-window');
  });

  it('stays signed out when the person signs out during a refresh', async () => {
    let meanwhile = async () => undefined as unknown;
    const { provider, interaction, idp, clock, secrets } = await prepare(
      {
        ...refreshable,
        refresh: () => ({ id_token: jwtOf({ ...later, iss: idp.origin, sub: 'the-person' }) }),
      },
      {
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          await (new URLSearchParams(String(init?.body)).get('grant_type') === 'refresh_token' &&
            meanwhile());
          return response;
        },
      },
    );
    await provider.identity({ interaction, signal });
    meanwhile = () => provider.signOut(signal);
    clock.advance(hour);
    await assert.rejects(provider.identity({ signal }), { code: 'session_expired' });
    assert.ok(![...secrets.values.keys()].some((name) => name.startsWith('identity:')));
  });

  it('refreshes once however many servers ask', async () => {
    let count = 0;
    const { provider, interaction, idp, clock } = await prepare({
      ...refreshable,
      refresh: () => ({
        id_token: jwtOf({ ...later, iss: idp.origin, sub: 'the-person', jti: `${++count}` }),
      }),
    });
    await provider.identity({ interaction, signal });
    clock.advance(hour);
    const all = await Promise.all(Array.from({ length: 5 }, () => provider.identity({ signal })));
    assert.deepEqual([new Set(all.map(({ idToken }) => idToken)).size, count], [1, 1]);
  });

  it('does not keep who gives up waiting for whoever is at the page', async () => {
    const { provider, interaction, opened } = await prepare({}, { browser: async () => true });
    const first = new AbortController();
    const atPage = provider.identity({
      interaction: { ...interaction, signal: first.signal },
      signal: first.signal,
    });
    atPage.catch(() => undefined);
    await until(() => opened.length === 1, 'the page was not opened');
    const second = new AbortController();
    const waiting = provider.identity({ interaction, signal: second.signal });
    second.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
    assert.equal(opened.length, 1);
    first.abort();
    await assert.rejects(atPage, { code: 'cancelled' });
  });

  it('lets nobody who renews a session wait for a person at the page longer than 30 seconds', async () => {
    const { provider, interaction, opened, clock } = await prepare({}, { browser: async () => true });
    const person = new AbortController();
    const atPage = provider.identity({
      interaction: { ...interaction, signal: person.signal },
      signal: person.signal,
    });
    atPage.catch(() => undefined);
    await until(() => opened.length === 1, 'the page was not opened');
    const renewal = provider.identity({ signal });
    renewal.catch(() => undefined);
    await until(() => clock.timerCount === 2, 'the renewal does not wait');
    clock.advance(30_000);
    await assert.rejects(renewal, { code: 'timeout' });
    person.abort();
    await assert.rejects(atPage, { code: 'cancelled' });
  });

  it('goes on with an identity that cannot be saved, for as long as the window lasts', async () => {
    const { provider, open, interaction, secrets, opened, lines } = await prepare();
    secrets.refuse('store');
    const { idToken } = await provider.identity({ interaction, signal });
    assert.equal((await provider.identity({ signal })).idToken, idToken);
    assert.equal(opened.length, 1);
    assert.match(lines.join('\n'), /error A sign-in at an identity provider could not be saved/);
    await assert.rejects(open().identity({ signal }), { code: 'session_expired' });
  });

  for (const [what, damage] of [
    ['is no JSON', () => '{'],
    ['is of another version', (record: string) => record.replace('"version":1', '"version":2')],
    [
      'is of another client',
      (record: string) => record.replace(`"clientId":"${idpClientId}"`, '"clientId":"x"'),
    ],
  ] as const) {
    it(`signs in again when what is stored ${what}, and does not quote it`, async () => {
      const { provider, interaction, secrets, opened, lines } = await prepare();
      const { idToken } = await provider.identity({ interaction, signal });
      for (const [key, record] of [...secrets.values].filter(([name]) => name.startsWith('identity:'))) {
        await secrets.store(key, damage(record));
      }
      await provider.identity({ interaction, signal });
      assert.equal(opened.length, 2);
      assert.ok(!lines.join('\n').includes(idToken.slice(0, 40)));
    });
  }

  for (const issuer of [
    'not a url',
    'http://idp.example',
    'file:///etc/passwd',
    'https://user:password@idp.example',
  ]) {
    it(`refuses ${issuer} as an identity provider`, async () => {
      const { open, interaction, opened, sent } = await prepare();
      await assert.rejects(open({ issuer }).identity({ interaction, signal }), {
        code: 'invalid_setting',
        message: /^The setting "mcpAuth.identityProvider.issuer" /,
      });
      assert.deepEqual([opened, sent], [[], []]);
    });
  }

  it('says that an identity provider publishes nothing', async () => {
    const { provider, interaction, idp } = await prepare();
    idp.answer('GET /.well-known/openid-configuration', page(404));
    await assert.rejects(provider.identity({ interaction, signal }), {
      code: 'discovery_failed',
      message: /^The identity provider 127.0.0.1:\d+ publishes no metadata\.$/,
    });
  });

  it('refuses the metadata of another issuer', async () => {
    const { provider, interaction } = await prepare({ metadata: { issuer: 'https://other.example' } });
    await assert.rejects(provider.identity({ interaction, signal }), { code: 'issuer_mismatch' });
  });

  it('refuses a sign-in without an ID token', async () => {
    const { provider, interaction, idp } = await prepare();
    idp.answer('POST /token', json({ access_token: 'access-token-1', token_type: 'Bearer' }));
    await assert.rejects(provider.identity({ interaction, signal }), { code: 'invalid_response' });
  });

  describe('signOut', () => {
    it('revokes the refresh token and forgets the sign-in', async () => {
      const { provider, interaction, idp, secrets } = await prepare(refreshable);
      await provider.identity({ interaction, signal });
      assert.equal(await provider.signOut(signal), true);
      assert.match(idp.requests.at(-1)?.form.get('token') ?? '', /^refresh-/);
      assert.ok(![...secrets.values.keys()].some((key) => key.startsWith('identity:')));
      await assert.rejects(provider.identity({ signal }), { code: 'session_expired' });
      assert.equal(await provider.signOut(signal), false);
    });

    it('forgets the sign-in also when it cannot be revoked', async () => {
      const { provider, interaction, idp } = await prepare(refreshable);
      await provider.identity({ interaction, signal });
      idp.answer('POST /revoke', page(500));
      assert.equal(await provider.signOut(signal), true);
      assert.equal(await provider.signOut(signal), false);
    });

    it('keeps the sign-in when the storage refuses to delete it', async () => {
      const { provider, interaction, secrets } = await prepare();
      const { idToken } = await provider.identity({ interaction, signal });
      secrets.refuse('delete');
      await assert.rejects(provider.signOut(signal), { code: 'storage' });
      assert.equal((await provider.identity({ signal })).idToken, idToken);
    });
  });
});
