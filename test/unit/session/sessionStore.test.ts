import assert from 'node:assert/strict';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { nextChange } from '../../support/nextChange.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { onlyAccount, sampleSession } from '../../support/sampleSession.ts';

const session = sampleSession();
const { serverUrl } = session;
const other = sampleSession({ serverUrl: 'https://other.example/mcp' });
const newer = sampleSession({ tokens: { accessToken: 'access-token-2', receivedAt: session.createdAt + 1 } });

describe('SessionStore', () => {
  let secrets: FakeSecretStorage;
  let recorded: ReturnType<typeof recordLog>;
  let store: SessionStore;
  beforeEach(() => {
    secrets = new FakeSecretStorage();
    recorded = recordLog();
    store = new SessionStore({ secrets, ...recorded });
  });
  afterEach(() => store.dispose());

  it('holds a session for its server alone, under a key that reveals nothing', async () => {
    await store.put(session);
    assert.equal(store.get(serverUrl), session);
    assert.equal(store.get('https://mcp.example'), undefined);
    assert.deepEqual(
      [...secrets.values],
      [[await hashedKey('session:', serverUrl), serializeSession(session)]],
    );
  });

  it('announces a new session after it can be read', async () => {
    const seen: unknown[] = [];
    store.onDidChange(() => seen.push(store.get(serverUrl)?.tokens.accessToken));
    await store.put(session);
    assert.equal(seen.at(-1), 'access-token-1');
  });

  it('reads back what an earlier window has stored, and teaches its secrets to the redactor', async () => {
    await store.put(session);
    await store.put(other);
    const later = recordLog();
    const reopened = new SessionStore({ secrets, ...later });
    assert.equal(reopened.get(serverUrl), undefined);
    await reopened.reload();
    assert.deepEqual([reopened.get(serverUrl), reopened.get(other.serverUrl)], [session, other]);
    assert.equal(
      later.redactor.text('access-token-1 refresh-token-1 client-secret-1'),
      '‹redacted› ‹redacted› ‹redacted›',
    );
  });

  it('announces nothing when reading again finds nothing new', async () => {
    await store.put(session);
    await store.reload();
    store.onDidChange(() => assert.fail('announced'));
    await store.reload();
  });

  it('announces nothing when its own record comes back, in whatever order its members are', async () => {
    const { issuer, ...endpoints } = session.authorizationServer;
    const metadata = { scopes_supported: ['read'], ...endpoints, authorization_endpoint: 'x', issuer };
    await store.put({ ...session, authorizationServer: metadata });
    store.onDidChange(() => assert.fail('announced'));
    await store.reload();
    const reopened = new SessionStore({ secrets, ...recorded });
    await reopened.reload();
    reopened.onDidChange(() => assert.fail('announced'));
    await reopened.reload();
    reopened.dispose();
  });

  it('leaves unreadable records where they are, reports them, and reads the others', async () => {
    await store.put(session);
    await store.put(other);
    const key = await hashedKey('session:', serverUrl);
    await secrets.store(key, '{"version":2,"accessToken":"access-token-3"}');
    const reopened = new SessionStore({ secrets, ...recorded });
    await reopened.reload();
    assert.deepEqual([reopened.get(serverUrl), reopened.get(other.serverUrl)], [undefined, other]);
    assert.equal(secrets.values.get(key), '{"version":2,"accessToken":"access-token-3"}');
    assert.match(recorded.lines.join('\n'), /error A stored session could not be read and was left as it is/);
    assert.doesNotMatch(recorded.lines.join('\n'), /access-token/);
  });

  it('keeps the session in memory when its record becomes unreadable', async () => {
    await store.put(session);
    await secrets.store(await hashedKey('session:', serverUrl), 'garbage');
    await store.reload();
    assert.deepEqual(store.get(serverUrl), session);
  });

  it('ignores a session that lies under the key of another server', async () => {
    await secrets.store(await hashedKey('session:', 'https://victim.example'), serializeSession(session));
    await store.reload();
    assert.equal(store.get('https://victim.example'), undefined);
    assert.equal(store.get(serverUrl), undefined);
    assert.match(recorded.lines.join('\n'), /under the key of another server/);
  });

  it('reads nothing that is not a session', async () => {
    await secrets.store(await hashedKey('client:', 'https://as.example'), 'garbage');
    await store.reload();
    assert.deepEqual(recorded.lines, []);
  });

  it('forgets a session, in the storage too', async () => {
    await store.put(session);
    await store.put(other);
    await store.delete(onlyAccount(serverUrl));
    assert.deepEqual([store.get(serverUrl), store.get(other.serverUrl)], [undefined, other]);
    assert.equal(secrets.values.size, 1);
  });

  it('keeps the session when the storage refuses to delete it', async () => {
    await store.put(session);
    secrets.refuse('delete');
    await assert.rejects(store.delete(onlyAccount(serverUrl)), { name: 'AuthError', code: 'storage' });
    assert.equal(store.get(serverUrl), session);
  });

  it('replaces one session by the next', async () => {
    await store.put(session);
    await store.put(newer);
    assert.equal(store.get(serverUrl), newer);
    assert.deepEqual([...secrets.values.values()], [serializeSession(newer)]);
  });

  it('neither hears nor tells anything once disposed', async () => {
    store.onDidChange(() => assert.fail('announced'));
    store.dispose();
    await secrets.store(await hashedKey('session:', serverUrl), serializeSession(session));
    await store.reload();
  });

  describe('with a storage that refuses', () => {
    it('holds a session that could not be written, and writes it later', async () => {
      await store.put(session);
      secrets.refuse('store');
      await assert.rejects(store.put(newer), { name: 'AuthError', code: 'storage', remedy: 'retry' });
      assert.equal(store.get(serverUrl), newer);
      await store.saveUnsaved(onlyAccount(serverUrl));
      assert.deepEqual([...secrets.values.values()], [serializeSession(session)]);
      secrets.refuse();
      await store.saveUnsaved(onlyAccount(serverUrl));
      assert.deepEqual([...secrets.values.values()], [serializeSession(newer)]);
    });

    it('does not fall back to the older record when reading again', async () => {
      await store.put(session);
      secrets.refuse('store');
      await assert.rejects(store.put(newer));
      await store.reload();
      assert.equal(store.get(serverUrl), newer);
    });

    it('keeps an unwritten session although there is no record of it', async () => {
      secrets.refuse('store');
      await assert.rejects(store.put(session));
      await store.reload();
      assert.equal(store.get(serverUrl), session);
    });

    it('writes nothing again that was written', async () => {
      await store.put(session);
      secrets.refuse('store');
      await store.saveUnsaved(onlyAccount(serverUrl));
      await store.saveUnsaved(onlyAccount(other.serverUrl));
      assert.deepEqual(recorded.lines, []);
    });

    for (const operation of ['get', 'keys'] as const) {
      it(`changes nothing when it cannot ${operation}`, async () => {
        await store.put(session);
        secrets.refuse(operation);
        await store.reload();
        assert.equal(store.get(serverUrl), session);
        assert.match(recorded.lines.join('\n'), /^error .*refuses/);
      });
    }
  });

  describe('with another window on the same storage', () => {
    let second: SessionStore;
    beforeEach(() => {
      second = new SessionStore({ secrets, ...recordLog() });
    });
    afterEach(() => second.dispose());

    it('learns of a sign-in, of a refresh and of a sign-out there', async () => {
      for (const [act, expected] of [
        [() => second.put(session), session],
        [() => second.put(newer), newer],
        [() => second.delete(onlyAccount(serverUrl)), undefined],
      ] as const) {
        const change = nextChange(store.onDidChange);
        await act();
        await change;
        assert.deepEqual(store.get(serverUrl), expected);
      }
    });

    it('gives up an unwritten session for a newer one from there, not for an older one', async () => {
      secrets.refuse('store');
      await assert.rejects(store.put(session));
      secrets.refuse();
      await second.put(sampleSession({ tokens: { accessToken: 'old', receivedAt: session.createdAt - 1 } }));
      await store.reload();
      assert.equal(store.get(serverUrl), session);
      await second.put(newer);
      await store.reload();
      assert.deepEqual(store.get(serverUrl), newer);
      await store.saveUnsaved(onlyAccount(serverUrl));
      assert.deepEqual([...secrets.values.values()], [serializeSession(newer)]);
    });
  });
});
