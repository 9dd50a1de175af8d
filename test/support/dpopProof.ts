import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';

/** A proof whose signature was checked, by code that has nothing in common with the one that made it. */
export interface DpopProof {
  readonly alg: string;
  /** RFC 7638 thumbprint of the key. */
  readonly thumbprint: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const signatures: Readonly<Record<string, readonly [string | null, object]>> = {
  ES256: ['sha256', { dsaEncoding: 'ieee-p1363' }],
  ES384: ['sha384', { dsaEncoding: 'ieee-p1363' }],
  RS256: ['sha256', {}],
  PS256: ['sha256', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }],
  EdDSA: [null, {}],
};

/**
 * Reads the `DPoP` header of a request. Fails the test unless it is a proof as RFC 9449, section 4.2, has it.
 */
export function readProof(header: unknown): DpopProof {
  assert.ok(typeof header === 'string', 'there is no proof');
  const [head = '', body = '', signature = ''] = header.split('.');
  const { typ, alg, jwk, ...others } = decode(head) as { typ: string; alg: string; jwk: JsonWebKey };
  assert.equal(typ, 'dpop+jwt');
  assert.deepEqual(others, {});
  for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) {
    assert.ok(!(secret in jwk), `the proof shows ${secret} of the private key`);
  }
  const [digest, options] = signatures[alg] ?? assert.fail(`unknown algorithm ${alg}`);
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options };
  const signed = Buffer.from(`${head}.${body}`);
  assert.ok(verify(digest, signed, key, Buffer.from(signature, 'base64url')), 'the signature is wrong');
  return { alg, thumbprint: thumbprint(jwk), claims: decode(body) };
}

/** The `ath` of a proof for an access token. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** RFC 7638, section 3. */
function thumbprint({ kty, crv, x, y, e, n }: JsonWebKey): string {
  const required = kty === 'EC' ? { crv, kty, x, y } : kty === 'OKP' ? { crv, kty, x } : { e, kty, n };
  return hashOf(JSON.stringify(required));
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
