import assert from 'node:assert/strict';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { Backlog, backlogPrefix } from '../../../src/core/windows/backlog.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';

describe('Backlog', () => {
  const first = { key: 'session:1', at: 1, value: 'a' };
  const second = { key: 'session:2', at: 2, value: null };
  let storage: FakeSecretStorage;
  let backlog: Backlog;
  beforeEach(() => {
    storage = new FakeSecretStorage();
    backlog = new Backlog(storage);
  });

  /** What the window that is opened next takes. */
  const left = () => new Backlog(storage).take();

  it('leaves to the next window what was noted last, and nothing once it is removed', async () => {
    assert.deepEqual(await backlog.take(), []);
    await backlog.note([second]);
    await backlog.note([first, second]);
    assert.deepEqual(await left(), [first, second]);
    await backlog.clear();
    assert.deepEqual([await left(), storage.values.size], [[], 0]);
  });

  it('removes what an earlier window has left once that was taken', async () => {
    await backlog.note([first]);
    const next = new Backlog(storage);
    assert.deepEqual(await next.take(), [first]);
    await next.clear();
    assert.equal(storage.values.size, 0);
  });

  it('neither removes nor replaces what an earlier window has left as long as that could not be read', async () => {
    await backlog.note([first]);
    const next = new Backlog(storage);
    storage.refuse('get');
    await assert.rejects(next.take(), /refuses to get/);
    await next.clear();
    await assert.rejects(next.note([second]), /refuses to get/);
    storage.refuse();
    await next.note([second]);
    await next.clear();
    assert.deepEqual(await next.take(), [first, second]);
  });

  it('removes it with the next call if the storage refused', async () => {
    await backlog.note([first]);
    storage.refuse('delete');
    await assert.rejects(backlog.clear(), /refuses to delete/);
    storage.refuse();
    await backlog.clear();
    assert.equal(storage.values.size, 0);
  });

  for (const text of ['', '{"version":2,"changes":[]}', '{"version":1,"changes":[{"key":"session:1"}]}']) {
    it(`takes nothing from ${JSON.stringify(text)}, and removes it`, async () => {
      await storage.store(await hashedKey(backlogPrefix, 'windows'), text);
      assert.deepEqual(await backlog.take(), []);
      await backlog.clear();
      assert.equal(storage.values.size, 0);
    });
  }
});
