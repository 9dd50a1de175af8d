import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isLoopbackHost } from '../../src/core/network.ts';

describe('isLoopbackHost', () => {
  for (const host of [
    'localhost',
    'LOCALHOST',
    'localhost:3000',
    '127.0.0.1',
    '127.255.255.254:1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[0:0:0:0:0:0:0:1]:80',
    '[::ffff:127.0.0.1]',
  ]) {
    it(`takes ${host} for this machine`, () => {
      assert.equal(isLoopbackHost(new URL(`http://${host}/`)), true);
    });
  }

  for (const host of [
    'localhost.example',
    'localhost.',
    'my.localhost',
    'notlocalhost',
    '127.0.0.1.example',
    '127.0.0.1.nip.io',
    '0.0.0.0',
    '10.0.0.1',
    '126.255.255.255',
    '128.0.0.1',
    '169.254.169.254',
    '[::]',
    '[::2]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    'user.localhost.evil.example',
  ]) {
    it(`does not take ${host} for this machine`, () => {
      assert.equal(isLoopbackHost(new URL(`http://${host}/`)), false);
    });
  }

  it('judges the host alone, not what else the URL says', () => {
    assert.equal(
      isLoopbackHost(new URL('https://localhost@evil.example/localhost?localhost#localhost')),
      false,
    );
    assert.equal(isLoopbackHost(new URL('https://evil.example@localhost/')), true);
  });

  it('takes an IPv4 address for this machine exactly if it starts with 127', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        assert.equal(isLoopbackHost(new URL(`http://${address}/`)), address.startsWith('127.'));
      }),
    );
  });
});
