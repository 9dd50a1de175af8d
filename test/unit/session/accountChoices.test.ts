import assert from 'node:assert/strict';
import { AccountChoices } from '../../../src/core/session/accountChoices.ts';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { nextChange } from '../../support/nextChange.ts';

const serverUrl = 'https://mcp.example/mcp';

describe('AccountChoices', () => {
  let remembered: Map<string, unknown>;
  let choices: AccountChoices;
  beforeEach(() => {
    remembered = new Map();
    choices = open();
  });
  afterEach(() => choices.dispose());

  function open() {
    return new AccountChoices({
      get: (key) => remembered.get(key),
      update: async (key, value) => {
        remembered.set(key, value);
      },
    });
  }

  it('knows of no choice at first', async () => {
    choices.onDidChange(() => assert.fail('announced'));
    await choices.load([serverUrl]);
    assert.equal(choices.get(serverUrl), undefined);
  });

  it('uses a choice at once, for its server alone, and tells of it', async () => {
    const change = nextChange(choices.onDidChange);
    const chosen = choices.choose(serverUrl, 'second');
    assert.equal(choices.get(serverUrl), 'second');
    assert.equal(choices.get('https://other.example'), undefined);
    await Promise.all([change, chosen]);
  });

  it('remembers it under a key that reveals nothing', async () => {
    await choices.choose(serverUrl, 'second');
    assert.deepEqual([...remembered], [[await hashedKey('account:', serverUrl), 'second']]);
  });

  it('reads it back for the servers that it is asked for, and tells of it once', async () => {
    await choices.choose(serverUrl, 'second');
    const reopened = open();
    let changes = 0;
    reopened.onDidChange(() => changes++);
    await reopened.load(['https://other.example', serverUrl]);
    await reopened.load([serverUrl]);
    assert.deepEqual([reopened.get(serverUrl), changes], ['second', 1]);
    reopened.dispose();
  });

  it('takes what is no account for no choice', async () => {
    remembered.set(await hashedKey('account:', serverUrl), { id: 'second' });
    await choices.load([serverUrl]);
    assert.equal(choices.get(serverUrl), undefined);
  });

  it('keeps a choice for as long as the window lasts where it cannot be remembered', async () => {
    const forgetful = new AccountChoices({
      get: () => undefined,
      update: async () => {
        throw new Error('The disk is full.');
      },
    });
    await assert.rejects(forgetful.choose(serverUrl, 'second'), /full/);
    await forgetful.load([serverUrl]);
    assert.equal(forgetful.get(serverUrl), 'second');
    forgetful.dispose();
  });

  it('tells nothing any more once it is disposed', async () => {
    choices.onDidChange(() => assert.fail('announced'));
    choices.dispose();
    await choices.choose(serverUrl, 'second');
  });
});
