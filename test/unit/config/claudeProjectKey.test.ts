import assert from 'node:assert/strict';
import { claudeProjectKey, presentProjectKey } from '../../../src/core/config/claudeProjectKey.ts';

describe('claudeProjectKey', () => {
  for (const [path, key] of [
    ['/home/me/shop', '/home/me/shop'],
    ['/odd\\name', '/odd\\name'],
    ['c:\\Users\\me\\shop', 'C:/Users/me/shop'],
    ['C:/Users/me/shop', 'C:/Users/me/shop'],
    ['\\\\server\\share\\shop', '//server/share/shop'],
  ] as const) {
    it(`is ${key} for ${path}`, () => {
      assert.equal(claudeProjectKey(path), key);
    });
  }
});

describe('presentProjectKey', () => {
  const among = (...keys: readonly string[]) => keys.includes.bind(keys);

  it('is the one that is asked for, where it is there or none is', () => {
    assert.equal(presentProjectKey('C:/shop', among('c:/shop', 'C:/shop')), 'C:/shop');
    assert.equal(presentProjectKey('C:/shop', among('c:/other')), 'C:/shop');
  });

  it('is the one with the drive in the other case, where only that is there', () => {
    assert.equal(presentProjectKey('C:/shop', among('c:/shop')), 'c:/shop');
    assert.equal(presentProjectKey('c:/shop', among('C:/shop')), 'C:/shop');
  });

  it('keeps to the case of everything else', () => {
    assert.equal(presentProjectKey('/Shop', among('/shop')), '/Shop');
    assert.equal(presentProjectKey('C:/Shop', among('c:/shop')), 'C:/Shop');
  });
});
