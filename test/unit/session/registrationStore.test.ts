import assert from 'node:assert/strict';
import type { ClientRegistration } from '../../../src/core/oauth/clientRegistration.ts';
import {
  findPreRegistered,
  findRegistration,
  type ProvenSignIn,
  registeredLoopbackPort,
} from '../../../src/core/session/knownIssuer.ts';
import { RegistrationStore } from '../../../src/core/session/registrationStore.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const issuer = 'https://as.example';
const redirectUri = 'vscode://mcp-auth.mcp-auth/callback';
const serverUrl = 'https://mcp.example/mcp';
const key: ProvenSignIn = { issuer, redirectUri, redirectKind: 'uriHandler', serverUrl };
const loopback: ProvenSignIn = {
  ...key,
  redirectUri: 'http://localhost:4711/callback',
  redirectKind: 'loopback',
};

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

  const find = async (uri = redirectUri, now = 0) =>
    findRegistration(await store.open(issuer), { redirectUri: uri }, now);
  const secretOf = async (at: string, clientId: string) =>
    findPreRegistered(await store.open(at), clientId)?.clientSecret;

  it('remembers by what kind of redirect the last sign-in at an issuer worked', async () => {
    assert.equal((await store.open(issuer)).redirectKind, undefined);
    await store.keep(key, registration('id'));
    assert.equal((await store.open(issuer)).redirectKind, 'uriHandler');
    await store.keep(loopback, registration('other'));
    assert.equal((await store.open(issuer)).redirectKind, 'loopback');
    assert.equal((await store.open('https://other.example')).redirectKind, undefined);
  });

  it('loses nothing when several things are to be remembered at once', async () => {
    await Promise.all([
      store.keep(key, registration('id')),
      store.waivePkce(issuer, 5),
      store.approve(issuer, 'this'),
      store.approve(issuer, 'that'),
      store.keep(loopback, registration('other')),
    ]);
    const { registrations, pkceWaivedAt, approvals } = await store.open(issuer);
    assert.deepEqual(
      registrations.map(({ clientId }) => clientId),
      ['other', 'id'],
    );
    assert.deepEqual([pkceWaivedAt, approvals], [5, ['that', 'this']]);
  });

  it('goes on after a change that could not be stored', async () => {
    secrets.refuse('store');
    const refused = store.waivePkce(issuer, 5);
    await assert.rejects(refused, { code: 'storage' });
    secrets.refuse();
    await store.waivePkce(issuer, 6);
    assert.equal((await store.open(issuer)).pkceWaivedAt, 6);
  });

  it('goes on remembering it when a sign-in had no redirect', async () => {
    await store.keep(key, registration('id'));
    await store.keep({ ...loopback, redirectKind: undefined }, registration('other'));
    assert.equal((await store.open(issuer)).redirectKind, 'uriHandler');
    assert.equal((await find(loopback.redirectUri))?.clientId, 'other');
  });

  it('remembers the port of a loopback redirect, since it is registered', async () => {
    await store.keep(key, registration('id'));
    assert.equal(registeredLoopbackPort(await store.open(issuer)), undefined);
    await store.keep(loopback, registration('other'));
    assert.equal(registeredLoopbackPort(await store.open(issuer)), 4711);
  });

  it('remembers the redirect of a client of the person, and keeps the registrations', async () => {
    await store.keep(key, registration('id'));
    await store.keep({ ...key, redirectKind: 'loopback' }, registration('mine', { origin: 'preRegistered' }));
    assert.equal((await store.open(issuer)).redirectKind, 'loopback');
    assert.equal((await find())?.clientId, 'id');
  });

  it('remembers the servers that were signed in to, the latest first, each once', async () => {
    const other = 'https://mcp.example/other';
    for (const url of [serverUrl, other, serverUrl]) {
      await store.keep({ ...key, serverUrl: url }, registration('id'));
    }
    assert.deepEqual((await store.open(issuer)).servers, [serverUrl, other]);
  });

  it('finds a registration by issuer and redirect URI, also in another window', async () => {
    const kept = registration('id', {
      clientSecret: 'client-secret',
      tokenEndpointAuthMethod: 'client_secret_post',
      secretExpiresAt: 100,
    });
    await store.keep(key, kept);
    const other = await new RegistrationStore(secrets, recorded.log).open(issuer);
    assert.deepEqual(findRegistration(other, { redirectUri }, 99), kept);
    assert.equal(findRegistration(other, { redirectUri: 'http://127.0.0.1/callback' }, 99), undefined);
    assert.deepEqual((await store.open('https://as.example/')).registrations, []);
  });

  it('does not offer a registration whose secret has expired', async () => {
    await store.keep(key, registration('id', { clientSecret: 's', secretExpiresAt: 100 }));
    assert.equal(await find(redirectUri, 100), undefined);
  });

  it('keeps one registration per redirect URI: the last', async () => {
    await store.keep(key, registration('first'));
    await store.keep(key, registration('second'));
    await store.keep({ ...key, redirectUri: 'other' }, registration('third'));
    assert.equal((await find())?.clientId, 'second');
    assert.equal((await find('other'))?.clientId, 'third');
  });

  it('remembers what a client was registered for, whatever it is used for later', async () => {
    await store.keep({ ...key, scope: 'a b' }, registration('id'));
    await store.keep({ ...key, scope: 'a' }, registration('id'));
    assert.equal((await store.open(issuer)).registrations[0]?.scope, 'a b');
    await store.keep({ ...key, scope: 'a b c' }, registration('new'));
    assert.equal((await store.open(issuer)).registrations[0]?.scope, 'a b c');
  });

  it('forgets the oldest of more than eight at one issuer', async () => {
    for (let index = 0; index < 9; index++) {
      await store.keep({ ...key, redirectUri: `uri-${index}` }, registration(`id-${index}`));
    }
    assert.equal(await find('uri-0'), undefined);
    assert.equal((await find('uri-1'))?.clientId, 'id-1');
    assert.equal((await find('uri-8'))?.clientId, 'id-8');
  });

  it('drops one client and keeps the others', async () => {
    await store.keep(key, registration('first'));
    await store.keep({ ...key, redirectUri: 'other' }, registration('second'));
    assert.equal(await store.drop(issuer, 'first'), true);
    assert.equal(await store.drop(issuer, 'unknown'), false);
    assert.equal(await store.drop('https://unknown.example', 'second'), false);
    assert.equal(await find(), undefined);
    assert.equal((await find('other'))?.clientId, 'second');
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
    it(`takes a record that is ${what} for none, without quoting it, and puts it aside`, async () => {
      await secrets.store(await hashedKey('client:', issuer), record);
      assert.equal(await find(), undefined);
      assert.match(recorded.lines.join('\n'), /^warn .*is redone issuer=https:\/\/as\.example\/$/);
      await store.keep(key, registration('new'));
      assert.equal((await find())?.clientId, 'new');
      const aside = [...secrets.values].filter(([name]) => name.startsWith('aside:'));
      assert.deepEqual(
        aside.map(([, text]) => text),
        [record],
      );
    });
  }

  it('reads a record from before servers, scopes and clients of the person were kept in it', async () => {
    const registrations = [{ redirectUri, clientId: 'id', tokenEndpointAuthMethod: 'none' }];
    const record = { version: 1, issuer, redirectKind: 'uriHandler', registrations };
    await secrets.store(await hashedKey('client:', issuer), JSON.stringify(record));
    assert.equal((await find())?.clientId, 'id');
    assert.deepEqual(recorded.lines, []);
  });

  it('remembers the secret of a client of the person, and that one has none', async () => {
    const mine = (clientId: string, clientSecret?: string) =>
      registration(clientId, { origin: 'preRegistered', clientSecret });
    assert.equal(await secretOf(issuer, 'a'), undefined);
    await store.keep(key, mine('a', 'old-secret-a'));
    await store.keep(key, mine('a', 'secret-a'));
    await store.keep(key, mine('b'));
    assert.equal(await secretOf(issuer, 'a'), 'secret-a');
    assert.equal(await secretOf(issuer, 'b'), '');
    assert.equal(await secretOf('https://evil.example', 'a'), undefined);
  });

  it('takes an entered client ID for proven once it has led to a session, until it is rejected', async () => {
    await store.rememberEntered(issuer, 'mine');
    assert.deepEqual((await store.open(issuer)).entered, { clientId: 'mine', isProven: false });
    await store.keep(key, registration('mine', { origin: 'preRegistered' }));
    assert.deepEqual((await store.open(issuer)).entered, { clientId: 'mine', isProven: true });
    await store.doubtEntered(issuer, 'another');
    assert.equal((await store.open(issuer)).entered?.isProven, true);
    await store.doubtEntered(issuer, 'mine');
    assert.equal((await store.open(issuer)).entered?.isProven, false);
  });

  it('remembers what became of the metadata document', async () => {
    const url = 'https://me.example/client.json';
    await store.refuseMetadataDocument(issuer, url);
    assert.deepEqual((await store.open(issuer)).metadataDocument, { url, outcome: 'refused' });
    await store.keep(key, registration(url, { origin: 'metadataDocument' }));
    assert.deepEqual((await store.open(issuer)).metadataDocument, { url, outcome: 'accepted' });
    assert.deepEqual((await store.open(issuer)).registrations, []);
  });

  it('lists every issuer by name, and clears one', async () => {
    const other = 'https://another.example';
    await store.keep(key, registration('id'));
    await store.waivePkce(other, 1);
    await secrets.store(await hashedKey('session:', 'x'), 'something else');
    await secrets.store(await hashedKey('client:', 'x'), 'unreadable');
    const issuers = async () => (await store.list()).map((known) => known.issuer);
    assert.deepEqual(await issuers(), [other, issuer]);
    await store.clear(issuer);
    assert.deepEqual(await issuers(), [other]);
    assert.deepEqual(await store.open(issuer), { issuer, registrations: [] });
  });

  it('finds nothing, and says so in the log, when the storage cannot be read', async () => {
    await store.keep(key, registration('id'));
    secrets.refuse('get', 'keys');
    assert.equal(await find(), undefined);
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(recorded.lines, [
      'error The secret storage could not be read reason=Error: The keyring refuses to get.',
      'error The secret storage could not be listed reason=Error: The keyring refuses to keys.',
    ]);
  });

  it('does not write over what it cannot read right now', async () => {
    await store.keep(key, registration('id'));
    secrets.refuse('get');
    await assert.rejects(store.rememberEntered(issuer, 'mine'), { name: 'AuthError', code: 'storage' });
    secrets.refuse();
    assert.equal((await find())?.clientId, 'id');
  });

  it('rejects with storage when the storage cannot be written', async () => {
    await store.keep(key, registration('id'));
    secrets.refuse('store', 'delete');
    const expected = { name: 'AuthError', code: 'storage' };
    await assert.rejects(store.keep(key, registration('new')), expected);
    await assert.rejects(store.drop(issuer, 'id'), expected);
    await assert.rejects(store.rememberEntered(issuer, 'mine'), expected);
    await assert.rejects(store.clear(issuer), expected);
    assert.equal((await find())?.clientId, 'id');
  });
});
