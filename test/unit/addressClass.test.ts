import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AddressClass, addressClass, mayLeadTo } from '../../src/core/addressClass.ts';

const hosts: Readonly<Record<AddressClass, readonly string[]>> = {
  public: [
    'mcp.example',
    'mcp.example.',
    '8.8.8.8',
    '8.8.8.8.',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '[2606:4700::1111]',
    '[::ffff:8.8.8.8]',
    'localhost.example',
    'notlocalhost.example',
    'local.example',
    'internal.example',
    '10.0.0.1.nip.io',
  ],
  private: [
    '10.0.0.1',
    '10.0.0.1.',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '167772161',
    '0xa000001',
    '012.0.0.1',
    '10.1',
    '[fd00::1]',
    '[fec0::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:a00:1]',
    'vault.internal',
    'VAULT.INTERNAL.',
    'router.home.arpa',
    'intranet',
    'intranet.',
  ],
  linkLocal: ['169.254.169.254', '0xa9fea9fe', '[fe80::1]', '[::ffff:169.254.169.254]', 'printer.local'],
  loopback: [
    '127.0.0.1',
    '127.0.0.1.',
    '2130706433',
    '017700000001',
    '0x7f.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    'LOCALHOST.',
    'any.localhost',
    '１２７.0.0.1',
  ],
  reserved: [
    '0.0.0.0',
    '0',
    '[::]',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '[ff02::1]',
    '[2001:db8::1]',
    '[64:ff9b::10.0.0.1]',
    '[2002:a00:1::]',
    '[::ffff:0.0.0.0]',
  ],
};

describe('addressClass', () => {
  for (const [expected, all] of Object.entries(hosts)) {
    for (const host of all) {
      it(`takes ${host} for ${expected}`, () => {
        assert.equal(addressClass(new URL(`https://${host}:8443/path`)), expected);
      });
    }
  }

  it('takes an IPv4 address for the same in whatever form a URL writes it', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (number) => {
        const bytes = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
        const expected = addressClass(new URL(`https://${bytes.join('.')}/`));
        const hexadecimal = bytes.map((byte) => `0x${byte.toString(16)}`).join('.');
        const octal = bytes.map((byte) => `0${byte.toString(8)}`).join('.');
        for (const host of [number, hexadecimal, octal, `[::ffff:${bytes.join('.')}]`]) {
          assert.equal(addressClass(new URL(`https://${host}/`)), expected);
        }
      }),
    );
  });
});

describe('mayLeadTo', () => {
  const url = (kind: AddressClass) => new URL(`https://${hosts[kind][0]}/`);
  const allowed: Readonly<Record<AddressClass, readonly AddressClass[]>> = {
    public: ['public'],
    reserved: ['public'],
    private: ['public', 'private'],
    linkLocal: ['public', 'private', 'linkLocal'],
    loopback: ['public', 'private', 'linkLocal', 'loopback'],
  };
  const kinds: readonly AddressClass[] = ['public', 'private', 'linkLocal', 'loopback', 'reserved'];
  for (const from of kinds) {
    it(`lets a server whose address is ${from} lead to ${allowed[from].join(', ')}`, () => {
      const other = (kind: AddressClass) => new URL(`https://${hosts[kind].at(-1)}/`);
      assert.deepEqual(
        kinds.filter((to) => mayLeadTo(url(from), other(to))).sort(),
        [...allowed[from]].sort(),
      );
    });
  }

  it('lets every server lead to itself, on any port', () => {
    for (const kind of kinds) {
      assert.equal(mayLeadTo(url(kind), new URL(`https://${url(kind).hostname}:9000/`)), true);
    }
  });
});
