import assert from 'node:assert/strict';
import type { ClientRegistration } from '../../../src/core/oauth/clientRegistration.ts';
import { RegistrationStore } from '../../../src/core/session/registrationStore.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const issuer = 'https://as.example';
const key = {
  issuer,
  redirectUri: 'vscode://mcp-auth.mcp-auth/callback',
  redirectKind: 'uriHandler',
} as const;

function registration(clientId: string, changes: Partial<ClientRegistration> = {}): ClientRegistration {
  return { origin: 'dynamic', clientId, tokenEndpointAuthMethod: 'none', ...changes };
}

describe('RegistrationStore', () => {
  let secrets: FakeSecretStorage;
  let recorded: ReturnType<typeof recordLog>;
  let store: RegistrationStore;
  beforeEach(() => {
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    store = new RegistrationStore(secrets, recorded.log);
  });

  it('remembers by what kind of redirect the last sign-in at an issuer worked', async () => {
    assert.equal(await store.redirectKind(issuer), undefined);
    await store.keep(key, registration('id'));
    assert.equal(await store.redirectKind(issuer), 'uriHandler');
    const redirectUri = 'http://localhost:4711/callback';
    await store.keep({ issuer, redirectUri, redirectKind: 'loopback' }, registration('other'));
    assert.equal(await store.redirectKind(issuer), 'loopback');
    assert.equal(await store.redirectKind('https://other.example'), undefined);
  });

  it('goes on remembering it when a sign-in had no redirect', async () => {
    await store.keep(key, registration('id'));
    const pasted = { issuer, redirectUri: 'http://localhost:4711/callback', redirectKind: undefined };
    await store.keep(pasted, registration('other'));
    assert.equal(await store.redirectKind(issuer), 'uriHandler');
    assert.equal((await store.find(pasted, 0))?.clientId, 'other');
  });

  it('remembers the port of a loopback redirect, since it is registered', async () => {
    await store.keep(key, registration('id'));
    assert.equal(await store.loopbackPort(issuer), undefined);
    const redirectUri = 'http://localhost:4711/callback';
    await store.keep({ issuer, redirectUri, redirectKind: 'loopback' }, registration('other'));
    assert.equal(await store.loopbackPort(issuer), 4711);
  });

  it('remembers the redirect of a client that it does not keep, and keeps the others', async () => {
    await store.keep(key, registration('id'));
    await store.keep({ ...key, redirectKind: 'loopback' }, registration('mine', { origin: 'preRegistered' }));
    assert.equal(await store.redirectKind(issuer), 'loopback');
    assert.equal((await store.find(key, 0))?.clientId, 'id');
  });

  it('finds a registration by issuer and redirect URI, also in another window', async () => {
    const kept = registration('id', {
      clientSecret: 'client-secret',
      tokenEndpointAuthMethod: 'client_secret_post',
      secretExpiresAt: 100,
    });
    await store.keep(key, kept);
    const other = new RegistrationStore(secrets, recorded.log);
    assert.deepEqual(await other.find(key, 99), kept);
    assert.equal(await other.find({ ...key, redirectUri: 'http://127.0.0.1/callback' }, 99), undefined);
    assert.equal(await other.find({ ...key, issuer: 'https://as.example/' }, 99), undefined);
  });

  it('does not offer a registration whose secret has expired', async () => {
    await store.keep(key, registration('id', { clientSecret: 's', secretExpiresAt: 100 }));
    assert.equal(await store.find(key, 100), undefined);
  });

  it('keeps one registration per redirect URI: the last', async () => {
    await store.keep(key, registration('first'));
    await store.keep(key, registration('second'));
    await store.keep({ ...key, redirectUri: 'other' }, registration('third'));
    assert.equal((await store.find(key, 0))?.clientId, 'second');
    assert.equal((await store.find({ ...key, redirectUri: 'other' }, 0))?.clientId, 'third');
  });

  it('forgets the oldest of more than eight at one issuer', async () => {
    for (let index = 0; index < 9; index++) {
      await store.keep({ ...key, redirectUri: `uri-${index}` }, registration(`id-${index}`));
    }
    assert.equal(await store.find({ issuer, redirectUri: 'uri-0' }, 0), undefined);
    assert.equal((await store.find({ issuer, redirectUri: 'uri-1' }, 0))?.clientId, 'id-1');
    assert.equal((await store.find({ issuer, redirectUri: 'uri-8' }, 0))?.clientId, 'id-8');
  });

  it('drops one client and keeps the others', async () => {
    await store.keep(key, registration('first'));
    await store.keep({ ...key, redirectUri: 'other' }, registration('second'));
    await store.drop(issuer, 'first');
    await store.drop(issuer, 'unknown');
    await store.drop('https://unknown.example', 'second');
    assert.equal(await store.find(key, 0), undefined);
    assert.equal((await store.find({ ...key, redirectUri: 'other' }, 0))?.clientId, 'second');
  });

  for (const [what, record] of [
    ['no JSON', 'client-secret'],
    ['another version', '{"version":2,"client":"client-secret"}'],
    ['another issuer', JSON.stringify({ version: 1, issuer: 'https://evil.example', registrations: [] })],
    [
      'a malformed entry',
      JSON.stringify({ version: 1, issuer, registrations: [{ clientSecret: 'client-secret' }] }),
    ],
  ] as const) {
    it(`takes a record that is ${what} for none, without quoting it, and writes over it`, async () => {
      await secrets.store(await hashedKey('client:', issuer), record);
      assert.equal(await store.find(key, 0), undefined);
      assert.match(recorded.lines.join('\n'), /^warn .*is redone issuer=https:\/\/as\.example\/$/);
      await store.keep(key, registration('new'));
      assert.equal((await store.find(key, 0))?.clientId, 'new');
    });
  }

  it('remembers the secret of a pre-registered client, and that one has none', async () => {
    assert.equal(await store.findSecret({ issuer, clientId: 'a' }), undefined);
    await store.keepSecret({ issuer, clientId: 'a' }, 'secret-a');
    await store.keepSecret({ issuer, clientId: 'b' }, '');
    assert.equal(await store.findSecret({ issuer, clientId: 'a' }), 'secret-a');
    assert.equal(await store.findSecret({ issuer, clientId: 'b' }), '');
    assert.equal(await store.findSecret({ issuer: 'https://evil.example', clientId: 'a' }), undefined);
  });

  it('does not mix up issuer and client where one ends like the other begins', async () => {
    await store.keepSecret({ issuer: 'https://as.example/a', clientId: 'b' }, 'secret');
    assert.equal(await store.findSecret({ issuer: 'https://as.example/', clientId: 'ab' }), undefined);
  });

  it('finds nothing, and says so in the log, when the storage cannot be read', async () => {
    await store.keep(key, registration('id'));
    await store.keepSecret({ issuer, clientId: 'a' }, 'secret');
    secrets.refuse('get');
    assert.equal(await store.find(key, 0), undefined);
    assert.equal(await store.findSecret({ issuer, clientId: 'a' }), undefined);
    assert.deepEqual(
      recorded.lines,
      Array(2).fill('error The secret storage could not be read reason=Error: The keyring refuses to get.'),
    );
  });

  it('rejects with storage when the storage cannot be written', async () => {
    await store.keep(key, registration('id'));
    secrets.refuse('store');
    const expected = { name: 'AuthError', code: 'storage' };
    await assert.rejects(store.keep(key, registration('new')), expected);
    await assert.rejects(store.drop(issuer, 'id'), expected);
    await assert.rejects(store.keepSecret({ issuer, clientId: 'a' }, 'secret'), expected);
    assert.equal((await store.find(key, 0))?.clientId, 'id');
  });
});
