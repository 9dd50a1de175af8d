import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import { importSigningKey, privateKeySecrets } from '../../../src/core/oauth/signingKey.ts';
import { ecKey, edKey, rsaKey } from '../../support/privateKeys.ts';

describe('importSigningKey', () => {
  const rsa = rsaKey();
  const p256 = ecKey('P-256');
  const ed = edKey();
  const keys = { 'P-256': p256, 'P-384': ecKey('P-384'), 'P-521': ecKey('P-521'), RSA: rsa, Ed25519: ed };

  for (const [name, algorithm] of [
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
    ['RSA', 'RS256'],
    ['Ed25519', 'EdDSA'],
  ] as const) {
    const { pem, jwk } = keys[name];
    for (const [form, text] of [
      ['PEM', pem],
      ['PEM without line breaks', pem.replaceAll('\n', '')],
      ['PEM with CRLF and text around it', `Bag Attributes\r\n${pem.replaceAll('\n', '\r\n')}\r\n`],
      ['JWK', JSON.stringify(jwk)],
      ['JWK with restrictions', JSON.stringify({ ...jwk, use: 'sig', key_ops: ['sign'], ext: false })],
    ] as const) {
      it(`signs by ${algorithm} with a ${name} key as ${form}, which cannot be exported`, async () => {
        const { key, algorithm: chosen } = await importSigningKey(text);
        assert.deepEqual([chosen, key.type, key.extractable], [algorithm, 'private', false]);
        await crypto.subtle.sign({ ...key.algorithm, hash: 'SHA-256' }, key, new Uint8Array(1));
      });
    }
  }

  it('tells the key ID of a JWK', async () => {
    const { keyId } = await importSigningKey(JSON.stringify({ ...p256.jwk, kid: 'the-key' }));
    assert.equal(keyId, 'the-key');
  });

  for (const [what, text, supported, algorithm] of [
    ['an RSA key', rsa.pem, ['ES256', 'PS256'], 'PS256'],
    ['an RSA key', rsa.pem, ['PS256', 'RS256'], 'RS256'],
    ['an Ed25519 key', ed.pem, ['Ed25519'], 'Ed25519'],
    ['a JWK for PS256', JSON.stringify({ ...rsa.jwk, alg: 'PS256' }), undefined, 'PS256'],
  ] as const) {
    it(`signs by ${algorithm} with ${what} where the server takes ${supported ?? 'anything'}`, async () => {
      assert.equal((await importSigningKey(text, supported)).algorithm, algorithm);
    });
  }

  const sec1 = p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  const encrypted = p256.privateKey.export({ type: 'pkcs8', format: 'pem', ...passphrase }).toString();
  const { d: _d, ...publicJwk } = p256.jwk;
  for (const [what, text, message] of [
    ['nothing', '', /not a private key in PEM/],
    ['a secret', 'hunter2', /not a private key in PEM/],
    ['a list', '[]', /not a private key: it needs "kty"/],
    ['a public key', p256.publicPem, /PEM file of another kind: the private key is needed/],
    ['a public JWK', JSON.stringify(publicJwk), /not a private key: it needs "kty" and "d"/],
    ['a key of SEC 1', sec1, /converted to unencrypted PKCS#8 first: openssl pkcs8/],
    ['a key of PKCS#1', pkcs1, /converted to unencrypted PKCS#8 first/],
    ['a key with a passphrase', encrypted, /converted to unencrypted PKCS#8 first/],
    ['a cut key', p256.pem.replace(/.{20}\n-----END/, '\n-----END'), /of a kind that client assertions/],
    ['damaged base64', '-----BEGIN PRIVATE KEY-----A=A-----END PRIVATE KEY-----', /damaged/],
    ['a short RSA key', rsaKey(1024).pem, /too short: it needs 2048 bits/],
    ['a symmetric key', '{"kty":"oct","d":"AAAA","k":"AAAA"}', /of a kind that client assertions/],
    ['a JWK that says it is for something else', JSON.stringify({ ...p256.jwk, alg: 'ES384' }), /of a kind/],
    ['a novel', 'x'.repeat(16_385), /too long/],
  ] as const) {
    it(`refuses ${what}, without quoting it`, async () => {
      await assert.rejects(importSigningKey(text), (error) => {
        assert.ok(error instanceof AuthError);
        assert.match(error.message, message);
        assert.deepEqual(
          [error.code, error.remedy, error.cause],
          ['client_required', 'enterClient', undefined],
        );
        return true;
      });
    });
  }

  it('refuses a key whose algorithm the server does not take, and names both', async () => {
    await assert.rejects(importSigningKey(p256.pem, ['RS256', 'PS256']), {
      code: 'client_required',
      message: 'This private key signs by ES256, but the authorization server takes "RS256, PS256".',
    });
  });

  it('knows what is secret of a key', () => {
    const [whole, body] = privateKeySecrets(p256.pem);
    assert.equal(whole, p256.pem);
    assert.ok(p256.pem.replaceAll('\n', '').includes(`-${body}-`));
    const parts = privateKeySecrets(JSON.stringify(rsa.jwk));
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
      assert.ok(parts.includes(String(rsa.jwk[name])), name);
    }
    assert.ok(!parts.includes(String(rsa.jwk.n)));
  });
});
