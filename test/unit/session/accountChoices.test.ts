import assert from 'node:assert/strict';
import { AccountChoices } from '../../../src/core/session/accountChoices.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { FakeWorkspaceMemory } from '../../support/fakeWorkspaceMemory.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const one = 'https://mcp.example/mcp';
const other = 'https://other.example/mcp';

describe('the account that a workspace uses', () => {
  let memory: FakeWorkspaceMemory;
  let sessions: SessionStore;
  let changes: number;

  beforeEach(async () => {
    memory = new FakeWorkspaceMemory();
    sessions = createStore();
    changes = 0;
    for (const serverUrl of [one, other]) {
      await add(serverUrl, 'default', 1);
      await add(serverUrl, `b-${serverUrl}`, 2);
      await add(serverUrl, `c-${serverUrl}`, 3);
    }
    sessions.onDidChange(() => changes++);
  });

  function createStore(): SessionStore {
    const choices = new AccountChoices(memory);
    return new SessionStore({ secrets: new FakeSecretStorage(), ...recordLog(), choices });
  }

  const add = (serverUrl: string, id: string, addedAt: number) =>
    sessions.put(sampleSession({ serverUrl, account: { id, addedAt, name: `name of ${id}` } }));
  const used = (serverUrl: string) => sessions.get(serverUrl)?.account.id;

  it('is the first one at first', () => {
    assert.equal(used(one), 'default');
    assert.deepEqual(
      sessions.accounts(one).map(({ account }) => account.id),
      ['default', `b-${one}`, `c-${one}`],
    );
  });

  it('is the one that was chosen, at its server alone, and everybody hears of it', async () => {
    await sessions.choose({ serverUrl: one, accountId: `c-${one}` });
    assert.equal(used(one), `c-${one}`);
    assert.equal(used(other), 'default');
    assert.equal(changes, 1);
  });

  it('is the last one that was chosen', async () => {
    await sessions.choose({ serverUrl: other, accountId: `b-${other}` });
    for (const accountId of [`c-${one}`, `b-${one}`]) {
      await sessions.choose({ serverUrl: one, accountId });
      assert.equal(used(one), accountId);
    }
    await sessions.choose({ serverUrl: one, accountId: 'default' });
    assert.equal(used(one), 'default');
    assert.equal(used(other), `b-${other}`);
  });

  it('is the oldest that is left when the one that was chosen is signed out of', async () => {
    await sessions.choose({ serverUrl: one, accountId: `c-${one}` });
    await sessions.delete({ serverUrl: one, accountId: `c-${one}` });
    assert.equal(used(one), 'default');
    await sessions.delete({ serverUrl: one, accountId: 'default' });
    assert.equal(used(one), `b-${one}`);
  });

  it('is known at once after a reload, and another workspace has a choice of its own', async () => {
    await sessions.choose({ serverUrl: one, accountId: `b-${one}` });
    assert.ok(new AccountChoices(memory).has(`b-${one}`));
    assert.ok(!new AccountChoices(new FakeWorkspaceMemory()).has(`b-${one}`));
  });

  it('is remembered by nothing but ids', async () => {
    await sessions.choose({ serverUrl: one, accountId: `b-${one}` });
    await sessions.choose({ serverUrl: other, accountId: 'default' });
    assert.deepEqual([...memory.values], [['chosenAccounts', [`b-${one}`]]]);
  });

  it('lasts as long as the window where the workspace cannot remember it', async () => {
    memory.refuse();
    await assert.rejects(sessions.choose({ serverUrl: one, accountId: `b-${one}` }));
    assert.equal(used(one), `b-${one}`);
  });

  for (const nonsense of [undefined, null, 'b', { b: 1 }, [7, null]]) {
    it(`is the first one where the workspace remembers ${JSON.stringify(nonsense)}`, () => {
      memory.values.set('chosenAccounts', nonsense);
      assert.equal(used(one), 'default');
    });
  }

  it('is told to nobody any more once the window closes', async () => {
    const choices = new AccountChoices(memory);
    choices.onDidChange(() => assert.fail('announced'));
    choices.dispose();
    await choices.replace('b', []);
  });

  it('costs no more than a few choices of accounts that are gone', async () => {
    const choices = new AccountChoices(memory);
    for (let index = 0; index < 250; index++) {
      await choices.replace(`gone-${index}`, []);
    }
    assert.equal((memory.values.get('chosenAccounts') as readonly string[]).length, 200);
    assert.ok(choices.has('gone-249') && !choices.has('gone-49'));
  });
});
