import assert from 'node:assert/strict';
import { isToken } from '../../../../src/node/ipc/protocol.ts';
import { unguessable } from '../../../../src/node/ipc/unguessable.ts';

describe('unguessable', () => {
  it('is another token every time', () => {
    const tokens = Array.from({ length: 100 }, () => unguessable());
    assert.ok(tokens.every(isToken));
    assert.equal(new Set(tokens).size, tokens.length);
  });

  it('is one on Windows as well, which has no file for it', () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? assert.fail();
    Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
    try {
      assert.ok(isToken(unguessable()));
      assert.notEqual(unguessable(), unguessable());
    } finally {
      Object.defineProperty(process, 'platform', platform);
    }
  });
});
