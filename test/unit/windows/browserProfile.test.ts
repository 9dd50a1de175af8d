import assert from 'node:assert/strict';
import { hashedKey } from '../../../src/core/session/secretStorage.ts';
import { BrowserProfile } from '../../support/browserProfile.ts';
import { DesktopStorage } from '../../support/desktopStorage.ts';
import { nextChange } from '../../support/nextChange.ts';

/** What was measured of VS Code, and is what `SharedSecrets` is for. */
describe('the secret storage of VS Code', () => {
  let key: string;
  let other: string;
  before(async () => {
    key = await hashedKey('session:', 'https://mcp.example');
    other = await hashedKey('session:', 'https://other.example');
  });

  it('loses in a browser what one page stores when another page stores after it', async () => {
    const profile = new BrowserProfile();
    const [one, two] = [profile.open(), profile.open()];
    two.onDidChange(({ key: changed }) => assert.notEqual(changed, key));
    await one.store(key, 'a');
    assert.equal(await two.get(key), undefined);
    await two.store(other, 'b');
    assert.deepEqual(await profile.open().keys(), [other]);
    assert.deepEqual(await one.keys(), [key]);
  });

  it('tells every window of a desktop, and is the same in all', async () => {
    const storage = new DesktopStorage();
    const [one, two] = [storage.open(), storage.open()];
    const told = Promise.all([nextChange(one.onDidChange), nextChange(two.onDidChange)]);
    await one.store(key, 'a');
    assert.deepEqual(await told, [{ key }, { key }]);
    assert.equal(await two.get(key), 'a');
  });

  for (const open of [() => new BrowserProfile().open(), () => new DesktopStorage().open()]) {
    it('is given keys that reveal nothing', async () => {
      assert.throws(() => open().get('session:https://mcp.example'), /Unexpected key/);
      await assert.rejects(open().store('session:https://mcp.example', 'a'), /Unexpected key/);
    });
  }
});
