import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';

/** A key pair in the forms that people have keys in. */
export interface PrivateKeyForms {
  /** PKCS#8, the form that is taken. */
  readonly pem: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly publicPem: string;
  readonly privateKey: KeyObject;
}

/** A fresh key on a curve. */
export function ecKey(namedCurve: 'P-256' | 'P-384' | 'P-521' = 'P-256'): PrivateKeyForms {
  return forms(generateKeyPairSync('ec', { namedCurve }).privateKey);
}

/** A fresh RSA key. */
export function rsaKey(modulusLength = 2048): PrivateKeyForms {
  return forms(generateKeyPairSync('rsa', { modulusLength }).privateKey);
}

/** A fresh Ed25519 key. */
export function edKey(): PrivateKeyForms {
  return forms(generateKeyPairSync('ed25519').privateKey);
}

function forms(privateKey: KeyObject): PrivateKeyForms {
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk: { ...privateKey.export({ format: 'jwk' }) },
    publicPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    privateKey,
  };
}

/** Header and claims of a JWT that this P-256 key has signed; throws for any other. */
export function verifiedJwt(jwt: string, { publicPem }: PrivateKeyForms): readonly [JwtPart, JwtPart] {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const key = { key: publicPem, dsaEncoding: 'ieee-p1363' } as const;
  const data = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', data, key, Buffer.from(signature, 'base64url'))) {
    throw new Error('the signature is of another key');
  }
  return [decode(header), decode(payload)];
}

type JwtPart = Readonly<Record<string, unknown>>;

/** A JWT with these claims, signed by nobody. */
export function jwtOf(claims: JwtPart, header: JwtPart = { alg: 'ES256' }): string {
  return `${encode(header)}.${encode(claims)}.${'c2lnbmF0dXJl'}`;
}

function encode(part: JwtPart): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decode(part: string): JwtPart {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
