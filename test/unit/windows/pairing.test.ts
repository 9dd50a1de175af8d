import assert from 'node:assert/strict';
import {
  type AgreementKey,
  agree,
  generateAgreementKey,
  parseAgreementKey,
  privateBytes,
} from '../../../src/core/windows/agreementKey.ts';
import { openGroupKey, sealGroupKey } from '../../../src/core/windows/pairing.ts';

describe('a key to agree with', () => {
  it('is the same after it was stored', async () => {
    const key = await generateAgreementKey();
    assert.deepEqual(await parseAgreementKey(key.privateKey), key);
  });

  it('has a public half without anything of the private one', async () => {
    const { publicKey, privateKey } = await generateAgreementKey();
    assert.deepEqual(Object.keys(JSON.parse(publicKey)), ['crv', 'kty', 'x', 'y']);
    assert.ok(!publicKey.includes(JSON.parse(privateKey).d));
  });

  it('has a public half of one text, whatever the order of the stored one', async () => {
    const key = await generateAgreementKey();
    const { crv, kty, x, y, d } = JSON.parse(key.privateKey);
    const reordered = JSON.stringify({ d, y, x, kty, crv, ext: true, key_ops: ['deriveBits'] });
    assert.deepEqual(await parseAgreementKey(reordered), key);
  });

  it('has 32 secret bytes', async () => {
    const key = await generateAgreementKey();
    const { d } = JSON.parse(key.privateKey);
    assert.equal(Buffer.from(privateBytes(key)).toString('base64url'), d);
  });

  it('agrees with another one on a secret, in both directions', async () => {
    const [one, other] = [await generateAgreementKey(), await generateAgreementKey()];
    const secret = await agree(one, other.publicKey);
    assert.deepEqual(await agree(other, one.publicKey), secret);
    assert.notDeepEqual(await agree(one, one.publicKey), secret);
  });

  for (const [what, change] of [
    ['no JSON', () => 'x'],
    ['no object', () => 'null'],
    ['a public key', ({ d, ...rest }: Record<string, string>) => JSON.stringify(rest)],
    ['a key of another curve', (jwk: object) => JSON.stringify({ ...jwk, crv: 'P-384' })],
    ['a key with a short number', (jwk: object) => JSON.stringify({ ...jwk, d: 'AAAA' })],
    ['no point of the curve', (jwk: object) => JSON.stringify({ ...jwk, x: 'A'.repeat(43) })],
  ] as const) {
    it(`is refused where it is ${what}`, async () => {
      const { privateKey } = await generateAgreementKey();
      await assert.rejects(parseAgreementKey(change(JSON.parse(privateKey))));
    });
  }

  it('is refused where its halves do not belong together', async () => {
    const [one, other] = [await generateAgreementKey(), await generateAgreementKey()];
    const mixed = { ...JSON.parse(one.privateKey), d: JSON.parse(other.privateKey).d };
    await assert.rejects(parseAgreementKey(JSON.stringify(mixed)));
  });
});

describe('sealGroupKey', () => {
  let group: AgreementKey;
  let own: { readonly id: string; readonly key: AgreementKey };
  let sealed: Uint8Array<ArrayBuffer>;
  beforeEach(async () => {
    group = await generateAgreementKey();
    own = { id: 'newcomer', key: await generateAgreementKey() };
    sealed = await sealGroupKey(group, { id: own.id, publicKey: own.key.publicKey });
  });

  it('gives the newcomer the key of the group', async () => {
    assert.deepEqual(await openGroupKey(sealed, own, group.publicKey), group);
  });

  it('gives it to nobody with another key', async () => {
    const other = { ...own, key: await generateAgreementKey() };
    await assert.rejects(openGroupKey(sealed, other, group.publicKey));
  });

  it('gives it to no window with another id', async () => {
    await assert.rejects(openGroupKey(sealed, { ...own, id: 'other' }, group.publicKey));
  });

  it('cannot be done by anybody who does not have the key that the board shows', async () => {
    const other = await generateAgreementKey();
    const forged = await sealGroupKey(other, { id: own.id, publicKey: own.key.publicKey });
    await assert.rejects(openGroupKey(forged, own, group.publicKey));
    await assert.rejects(openGroupKey(sealed, own, other.publicKey));
  });

  it('is noticed when anything of it was changed', async () => {
    for (const index of [0, 11, 12, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      await assert.rejects(openGroupKey(changed, own, group.publicKey), String(index));
    }
    await assert.rejects(openGroupKey(new Uint8Array(), own, group.publicKey));
  });
});
