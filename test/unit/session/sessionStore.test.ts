import assert from 'node:assert/strict';
import { AccountChoices } from '../../../src/core/session/accountChoices.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { FakeWorkspaceMemory } from '../../support/fakeWorkspaceMemory.ts';
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

    it('gives up an unwritten session that was signed out of there', async () => {
      await store.put(session);
      secrets.refuse('store');
      await assert.rejects(store.put(newer));
      secrets.refuse();
      await second.reload();
      const change = nextChange(store.onDidChange);
      await second.delete(onlyAccount(serverUrl));
      await change;
      assert.equal(store.get(serverUrl), undefined);
      assert.deepEqual(store.unsaved, []);
      assert.equal(await store.saveUnsaved(onlyAccount(serverUrl)), true);
      assert.equal(secrets.values.size, 0);
    });

    it('gives up an unwritten session for what was written there in the same moment', async () => {
      await store.put(session);
      secrets.refuse('store');
      const mine = sampleSession({ tokens: { accessToken: 'access-token-2' } });
      await assert.rejects(store.put(mine));
      assert.deepEqual([store.isUnsaved(mine), store.unsaved], [true, [onlyAccount(serverUrl)]]);
      secrets.refuse();
      const theirs = sampleSession({ tokens: { accessToken: 'access-token-3' } });
      secrets.holdEvents();
      await second.put(theirs);
      assert.equal(await store.saveUnsaved(onlyAccount(serverUrl)), true);
      assert.deepEqual(store.get(serverUrl), theirs);
      assert.deepEqual([...secrets.values.values()], [serializeSession(theirs)]);
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

  describe('with several accounts', () => {
    const account = (id: string, addedAt: number) => ({ id, addedAt });
    const second = sampleSession({
      account: account('second', 2),
      tokens: { accessToken: 'access-token-b' },
    });
    const third = sampleSession({ account: account('third', 1), tokens: { accessToken: 'access-token-c' } });

    it('keeps one session for each, in the order in which they were added', async () => {
      await store.put(session);
      await store.put(second);
      await store.put(third);
      assert.deepEqual(store.accounts(serverUrl), [third, second, session]);
      assert.equal(store.get(serverUrl), third);
      assert.equal(store.get(serverUrl, 'second'), second);
      assert.equal(store.get(serverUrl, 'nobody'), undefined);
      assert.equal(secrets.values.size, 3);
    });

    it('reads all of them back', async () => {
      await store.put(second);
      await store.put(third);
      const reopened = new SessionStore({ secrets, ...recorded });
      await reopened.reload();
      assert.deepEqual(reopened.accounts(serverUrl), [third, second]);
      reopened.dispose();
    });

    it('forgets one and keeps the others', async () => {
      await store.put(session);
      await store.put(second);
      await store.delete({ serverUrl, accountId: 'second' });
      assert.deepEqual(store.accounts(serverUrl), [session]);
      assert.equal(secrets.values.size, 1);
    });

    it('does not take the record of one account for that of another', async () => {
      const [key] = await store.put(second).then(() => [...secrets.values.keys()]);
      await secrets.store(String(key), serializeSession(third));
      await store.reload();
      assert.deepEqual(store.accounts(serverUrl), [second]);
    });

    it('uses the one that the workspace has chosen, and tells when it chooses another', async () => {
      const choices = new AccountChoices(new FakeWorkspaceMemory());
      const choosing = new SessionStore({ secrets, ...recorded, choices });
      await choosing.put(second);
      await choosing.put(third);
      assert.equal(choosing.get(serverUrl), third);
      const change = nextChange(choosing.onDidChange);
      await choosing.choose({ serverUrl, accountId: 'second' });
      await change;
      assert.equal(choosing.get(serverUrl), second);
      assert.equal(choosing.get(serverUrl, 'third'), third);
      await choosing.delete({ serverUrl, accountId: 'second' });
      assert.equal(choosing.get(serverUrl), third);
      choosing.dispose();
    });
  });

  describe('with a record of version 1', () => {
    const { account: _none, ...members } = session;
    const record = JSON.stringify({ version: 1, ...members });
    let key: string;
    beforeEach(async () => {
      key = await hashedKey('session:', serverUrl);
      await secrets.store(key, record);
      await store.reload();
    });

    it('reads it as the session of the first account, and leaves it as it is', () => {
      assert.deepEqual(store.get(serverUrl), session);
      assert.equal(secrets.values.get(key), record);
    });

    it('writes version 2 in its place with the next session', async () => {
      await store.put(newer);
      assert.deepEqual([...secrets.values], [[key, serializeSession(newer)]]);
      assert.equal(JSON.parse(secrets.values.get(key) ?? '').version, 2);
    });
  });

  describe('with a record that cannot be read', () => {
    const record = '{"version":3,"secret":"access-token-3"}';
    let key: string;
    beforeEach(async () => {
      key = await hashedKey('session:', serverUrl);
      await secrets.store(key, record);
      await store.reload();
    });

    it('says which, and why, without anything of it', () => {
      assert.deepEqual(store.unreadable, [
        { key, reason: 'A stored session could not be read (at version).' },
      ]);
    });

    it('reports it once, however often it is read', async () => {
      await store.reload();
      assert.equal(recorded.lines.length, 1);
    });

    it('puts it aside before a new session takes its place', async () => {
      await store.put(session);
      const aside = await hashedKey('aside:', key, record);
      assert.deepEqual(
        new Map(secrets.values),
        new Map([
          [key, serializeSession(session)],
          [aside, record],
        ]),
      );
      assert.deepEqual(store.unreadable, []);
      assert.match(recorded.lines.join('\n'), /warn .* put aside/);
      await store.put(newer);
      assert.equal(secrets.values.get(aside), record);
    });

    it('is not overwritten where it cannot be put aside', async () => {
      secrets.refuse('store');
      await assert.rejects(store.put(session), { code: 'storage' });
      assert.equal(secrets.values.get(key), record);
      assert.equal(store.get(serverUrl), session);
      secrets.refuse();
      assert.equal(await store.saveUnsaved(onlyAccount(serverUrl)), true);
      assert.equal(secrets.values.get(await hashedKey('aside:', key, record)), record);
      assert.equal(secrets.values.get(key), serializeSession(session));
    });

    it('says nothing of it any more once it has gone', async () => {
      await secrets.delete(key);
      await store.reload();
      assert.deepEqual(store.unreadable, []);
    });
  });

  describe('reread', () => {
    it('gives what another machine has written, before its change was told', async () => {
      await store.put(session);
      secrets.holdEvents();
      const second = new SessionStore({ secrets, ...recordLog() });
      await second.put(newer);
      assert.equal(store.get(serverUrl), session);
      const change = nextChange(store.onDidChange);
      assert.deepEqual(await store.reread(onlyAccount(serverUrl)), newer);
      await change;
      await second.delete(onlyAccount(serverUrl));
      assert.equal(await store.reread(onlyAccount(serverUrl)), undefined);
      second.dispose();
    });

    it('says that the storage does not answer, and keeps the session', async () => {
      await store.put(session);
      secrets.refuse('get');
      await assert.rejects(store.reread(onlyAccount(serverUrl)), { name: 'AuthError', code: 'storage' });
      assert.equal(store.get(serverUrl), session);
    });

    it('says that what lies there is no session', async () => {
      await store.put(session);
      await secrets.store(await hashedKey('session:', serverUrl), 'garbage');
      await assert.rejects(store.reread(onlyAccount(serverUrl)), { name: 'AuthError', code: 'storage' });
      assert.equal(store.get(serverUrl), session);
    });

    it('takes over what a storage has last heard of where it cannot be read', async () => {
      await store.put(session);
      await store.reload();
      const heard: (string | null)[] = [serializeSession(newer), null];
      const unreadable = Object.assign(secrets, { lastHeard: () => heard.shift() });
      unreadable.refuse('get');
      await assert.rejects(store.reread(onlyAccount(serverUrl)), { code: 'storage' });
      assert.deepEqual(store.get(serverUrl), newer);
      await assert.rejects(store.reread(onlyAccount(serverUrl)), { code: 'storage' });
      assert.equal(store.get(serverUrl), undefined);
    });
  });

  describe('with a slow storage', () => {
    /** Answers the next reads when it is told to, with what lay there when they were asked. */
    function slowReads() {
      const waiting: (() => void)[] = [];
      const get = secrets.get.bind(secrets);
      secrets.get = async (key) => {
        const record = await get(key);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return record;
      };
      const isAsked = (count: number) => until(() => waiting.length === count, 'nothing is read');
      return { isAsked, answer: (place = 0) => waiting.splice(place, 1)[0]?.() };
    }

    beforeEach(async () => {
      await store.put(session);
      await store.reload();
      secrets.holdEvents();
    });

    it('does not undo what was written while it was read', async () => {
      const { isAsked, answer } = slowReads();
      const reading = store.reload();
      await isAsked(1);
      await store.put(newer);
      answer();
      await isAsked(1);
      answer();
      await reading;
      assert.equal(store.get(serverUrl), newer);
    });

    it('does not undo what was deleted while it was read', async () => {
      const { isAsked, answer } = slowReads();
      const reading = store.reload();
      await isAsked(1);
      await store.delete(onlyAccount(serverUrl));
      answer();
      await isAsked(1);
      answer();
      await reading;
      assert.equal(store.get(serverUrl), undefined);
    });

    it('does not undo what a later read has found', async () => {
      const { isAsked, answer } = slowReads();
      const early = store.reload();
      await isAsked(1);
      await secrets.store(await hashedKey('session:', serverUrl), serializeSession(newer));
      const late = store.reload();
      await isAsked(2);
      answer(1);
      await late;
      assert.deepEqual(store.get(serverUrl), newer);
      answer();
      await isAsked(1);
      answer();
      await early;
      assert.deepEqual(store.get(serverUrl), newer);
    });
  });
});
