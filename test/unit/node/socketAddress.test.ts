import assert from 'node:assert/strict';
import { isSocketAddress, socketAddresses } from '../../../src/node/socketAddress.ts';

const windowId = 'AbCdEfGh-_012345';
const runtimeFolders = ['/run/user/1000', '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T'];

describe('socketAddresses', () => {
  it('prefers the folder where windows meet', () => {
    const [first, ...others] = socketAddresses('/home/u/w', windowId, { platform: 'linux', runtimeFolders });
    assert.equal(first, `/home/u/w/${windowId}.sock`);
    assert.deepEqual(
      others.map((path) => path.replace(/mcp-auth-[0-9a-f]{12}/, 'own')),
      runtimeFolders.map((folder) => `${folder}/own/${windowId}.sock`),
    );
  });

  it('has a short path for a long folder, on macOS, too', () => {
    const folder = `/Users/somebody/Library/Application Support/${'x'.repeat(80)}/windows`;
    const all = socketAddresses(folder, windowId, { platform: 'darwin', runtimeFolders });
    assert.equal(all.length, 2);
    assert.ok(all.every((path) => Buffer.byteLength(path) <= 100));
  });

  it('counts bytes, not characters', () => {
    const folder = `/home/${'ü'.repeat(40)}`;
    assert.deepEqual(socketAddresses(folder, windowId, { platform: 'linux', runtimeFolders: [] }), []);
    assert.equal(
      socketAddresses(folder.slice(0, -5), windowId, { platform: 'linux', runtimeFolders: [] }).length,
      1,
    );
  });

  it('differs from folder to folder, so that profiles do not share one', () => {
    const options = { platform: 'linux', runtimeFolders } as const;
    assert.notEqual(socketAddresses('/a', windowId, options)[1], socketAddresses('/b', windowId, options)[1]);
  });

  it('is an unguessable pipe on Windows', () => {
    const options = { platform: 'win32', runtimeFolders } as const;
    const [one, other] = [
      socketAddresses('C:\\w', windowId, options),
      socketAddresses('C:\\w', windowId, options),
    ];
    assert.match(one.join(), /^\\\\\.\\pipe\\mcp-auth-[0-9a-f]{32}$/);
    assert.notDeepEqual(one, other);
  });
});

describe('isSocketAddress', () => {
  const place = { folder: '/home/u/w', windowId, platform: 'linux' } as const;

  it('knows every address that a window can have', () => {
    for (const address of socketAddresses(place.folder, windowId, { platform: 'linux', runtimeFolders })) {
      assert.equal(isSocketAddress(address, place), true, address);
    }
    const [pipe = ''] = socketAddresses('C:\\w', windowId, { platform: 'win32', runtimeFolders });
    assert.equal(isSocketAddress(pipe, { ...place, platform: 'win32' }), true);
  });

  for (const address of [
    '',
    `${windowId}.sock`,
    `/home/u/w/other.sock`,
    `/home/u/${windowId}.sock`,
    `/home/u/w/../w/${windowId}.sock`,
    `/home/u/w//${windowId}.sock`,
    `/tmp/mcp-auth-000000000000/${windowId}.sock`,
    '\\\\.\\pipe\\mcp-auth-0123456789abcdef0123456789abcdef',
  ]) {
    it(`does not know ${JSON.stringify(address)}`, () => {
      assert.equal(isSocketAddress(address, place), false);
    });
  }

  for (const address of [
    `/home/u/w/${windowId}.sock`,
    '\\\\.\\pipe\\mcp-auth-',
    '\\\\.\\pipe\\mcp-auth-0123456789abcdef0123456789abcdef\\x',
    '\\\\server\\pipe\\mcp-auth-0123456789abcdef0123456789abcdef',
  ]) {
    it(`does not know ${JSON.stringify(address)} on Windows`, () => {
      assert.equal(isSocketAddress(address, { ...place, platform: 'win32' }), false);
    });
  }
});
