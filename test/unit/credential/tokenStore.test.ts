import assert from 'node:assert/strict';
import type { SavedToken } from '../../../src/core/credential/savedToken.ts';
import { tokenKey } from '../../../src/core/credential/tokenRecord.ts';
import { TokenStore } from '../../../src/core/credential/tokenStore.ts';
import { SharedSecrets } from '../../../src/core/windows/sharedSecrets.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const serverUrl = 'https://mcp.example/path?tenant=1';
const first: SavedToken = {
  serverUrl,
  headerName: 'Authorization',
  scheme: 'Bearer',
  token: 'token-one',
  savedAt: 1,
};
const second: SavedToken = { serverUrl, headerName: 'X-API-Key', token: 'token-two', savedAt: 2 };

describe('TokenStore', () => {
  let secrets: FakeSecretStorage;
  let stores: TokenStore[];
  let recorded: ReturnType<typeof recordLog>;

  beforeEach(() => {
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    stores = [];
  });
  afterEach(() => {
    for (const store of stores) {
      store.dispose();
    }
    for (const line of recorded.lines) {
      assert.doesNotMatch(line, /token-(?:one|two)/);
    }
  });

  /** Another window of the same person, or the same after a restart. */
  function open(storage: ConstructorParameters<typeof TokenStore>[0]['secrets'] = secrets): TokenStore {
    const store = new TokenStore({ secrets: storage, ...recorded });
    stores.push(store);
    return store;
  }

  it('gives back what was saved, in the window that comes next as well', async () => {
    const store = open();
    await store.save(first);
    assert.deepEqual(store.get(serverUrl), first);
    const next = open();
    assert.equal(next.get(serverUrl), undefined);
    await next.reload();
    assert.deepEqual(next.get(serverUrl), first);
    assert.deepEqual(next.all, [first]);
  });

  it('keeps a token for its own server only', async () => {
    const store = open();
    await store.save(first);
    for (const other of [
      'https://mcp.example/path',
      'https://mcp.example',
      'http://mcp.example/path?tenant=1',
    ]) {
      assert.equal(store.get(other), undefined);
    }
  });

  it('stores nothing under a key that tells anything', async () => {
    await open().save(first);
    assert.deepEqual([...secrets.values.keys()], [await tokenKey(serverUrl)]);
  });

  it('replaces a token, and tells of it', async () => {
    const store = open();
    await store.save(first);
    let changes = 0;
    store.onDidChange(() => changes++);
    await store.save(second);
    assert.deepEqual(store.get(serverUrl), second);
    assert.ok(changes >= 1);
    assert.equal(secrets.values.size, 1);
  });

  it('keeps the one before where the new one cannot be written', async () => {
    const store = open();
    await store.save(first);
    secrets.refuse('store');
    let changes = 0;
    store.onDidChange(() => changes++);
    await assert.rejects(store.save(second), { code: 'storage', message: /nothing has changed/ });
    assert.deepEqual(store.get(serverUrl), first);
    assert.equal(changes, 0);
    secrets.refuse();
    const next = open();
    await next.reload();
    assert.deepEqual(next.get(serverUrl), first);
  });

  for (const before of [first, undefined]) {
    it(`lets no window write later what was refused, where there was ${before ? 'one' : 'none'} before`, async () => {
      const clock = new FakeClock();
      const shared = new SharedSecrets({ own: secrets, clock, log: recorded.log });
      const store = open(shared);
      await (before && store.save(before));
      secrets.refuse('store');
      await assert.rejects(store.save(second), { code: 'storage' });
      assert.deepEqual(store.get(serverUrl), before);
      secrets.refuse();
      clock.advance(30_000);
      await until(() => clock.timerCount === 0, 'it is still to be written');
      await store.reload();
      assert.deepEqual(store.get(serverUrl), before);
      assert.ok([...secrets.values.values()].every((text) => !text.includes('token-two')));
      shared.dispose();
    });
  }

  it('forgets a token where the person says so', async () => {
    const store = open();
    await store.save(first);
    await store.remove(serverUrl);
    assert.equal(store.get(serverUrl), undefined);
    assert.equal(secrets.values.size, 0);
  });

  it('keeps a token that the storage does not delete', async () => {
    const store = open();
    await store.save(first);
    secrets.refuse('delete');
    await assert.rejects(store.remove(serverUrl), { code: 'storage' });
    assert.deepEqual(store.get(serverUrl), first);
  });

  it('follows what another window saves, replaces and removes', async () => {
    const [store, other] = [open(), open()];
    await other.save(first);
    await until(() => store.get(serverUrl)?.token === 'token-one', 'the token has not come');
    await other.save(second);
    await until(() => store.get(serverUrl)?.token === 'token-two', 'the other token has not come');
    await other.remove(serverUrl);
    await until(() => store.get(serverUrl) === undefined, 'the token is still there');
  });

  it('does not go back to what a slow reading brings', async () => {
    const store = open();
    await store.save(first);
    secrets.holdEvents();
    await open().save(second);
    const reading = store.reload();
    await store.save({ ...second, savedAt: 3 });
    await reading;
    assert.equal(store.get(serverUrl)?.savedAt, 3);
  });

  it('changes nothing when the storage does not answer', async () => {
    const store = open();
    await store.save(first);
    secrets.refuse('keys');
    await store.reload();
    secrets.refuse('get');
    await store.reload();
    assert.deepEqual(store.get(serverUrl), first);
  });

  const unreadable: readonly (readonly [string, string])[] = [
    ['is no JSON', '{"version":1,"token":{"token":"token-one"'],
    ['is of another version', JSON.stringify({ version: 2, token: first })],
    ['lacks something', JSON.stringify({ version: 1, token: { ...first, headerName: undefined } })],
    [
      'is of another server',
      JSON.stringify({ version: 1, token: { ...first, serverUrl: 'https://evil.example' } }),
    ],
  ];
  for (const [what, text] of unreadable) {
    it(`leaves a record that ${what} as it is, and puts it aside for a new one`, async () => {
      const key = await tokenKey(serverUrl);
      await secrets.store(key, text);
      const store = open();
      await store.reload();
      assert.deepEqual(store.all, []);
      assert.equal(store.unreadable[0]?.key, key);
      assert.equal(secrets.values.get(key), text);
      await store.save(second);
      assert.deepEqual(store.unreadable, []);
      const aside = [...secrets.values].filter(([name]) => name.startsWith('aside:'));
      assert.deepEqual(
        aside.map(([, kept]) => kept),
        [text],
      );
    });
  }

  it('writes nothing over a record that cannot be put aside', async () => {
    const key = await tokenKey(serverUrl);
    await secrets.store(key, 'something');
    const store = open();
    await store.reload();
    secrets.refuse('store');
    await assert.rejects(store.save(second), { code: 'storage' });
    assert.equal(secrets.values.get(key), 'something');
    assert.equal(store.unreadable.length, 1);
  });

  it('teaches the redactor every form that a token has', async () => {
    const pair = btoa('alice@example.com:token-secret');
    const key = 'https://other.example';
    await open().save({ ...first, token: 'key-id:key-secret' });
    await open().save({
      serverUrl: key,
      headerName: 'Authorization',
      scheme: 'Basic',
      token: pair,
      savedAt: 1,
    });
    recorded.log.info(
      `told key-id:key-secret, key-secret, ${pair}, alice@example.com:token-secret, token-secret`,
    );
    assert.equal(recorded.lines.at(-1), `info told ${Array(5).fill('‹redacted›').join(', ')}`);
  });

  it('teaches the redactor again what is asked for, since that forgets the oldest', async () => {
    const store = open();
    await store.save(first);
    for (let count = 0; count < 600; count++) {
      recorded.redactor.learn(`another-secret-${count}`);
    }
    store.get(serverUrl);
    recorded.log.info('token-one');
    assert.equal(recorded.lines.at(-1), 'info ‹redacted›');
  });
});
