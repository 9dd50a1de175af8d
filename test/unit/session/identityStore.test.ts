import assert from 'node:assert/strict';
import { IdentityStore, type StoredIdentity } from '../../../src/core/session/identityStore.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const key = { issuer: 'https://idp.example', clientId: 'editor' };
const identity: StoredIdentity = {
  authority: {
    server: { issuer: key.issuer, token_endpoint: 'https://idp.example/token' },
    client: { origin: 'preRegistered', clientId: 'editor', tokenEndpointAuthMethod: 'none' },
  },
  idToken: 'id-token-1',
  subject: 'subject-1',
  expiresAt: 1,
};

describe('IdentityStore', () => {
  it('puts a record that it cannot read aside for the next one', async () => {
    const secrets = new FakeSecretStorage();
    const recorded = recordLog();
    const store = new IdentityStore({ secrets, ...recorded });
    await store.keep(key, identity);
    const [name] = secrets.values.keys();
    assert.ok(name);
    const record = '{"version":2,"idToken":"id-token-2"}';
    await secrets.store(name, record);
    assert.equal(await store.find(key), undefined);
    await store.keep(key, identity);
    assert.deepEqual(await store.find(key), identity);
    assert.ok([...secrets.values].some(([other, text]) => other.startsWith('aside:') && text === record));
    assert.doesNotMatch(recorded.lines.join('\n'), /id-token/);
  });
});
