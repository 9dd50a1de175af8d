import * as v from 'valibot';

const algorithm = { name: 'ECDH', namedCurve: 'P-256' } as const;

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
const publicSchema = v.object({
  crv: v.literal('P-256'),
  kty: v.literal('EC'),
  x: coordinate,
  y: coordinate,
});
const privateSchema = v.object({ ...publicSchema.entries, d: coordinate });

/** A P-256 key pair, with which two that know each other's public half agree on a secret (ECDH). */
export interface AgreementKey {
  /** A compact JWK; the same key always has the same text. */
  readonly publicKey: string;
  /** A compact JWK. Secret: kept in secret storage only. */
  readonly privateKey: string;
}

/** Makes a new key pair. */
export async function generateAgreementKey(): Promise<AgreementKey> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['deriveBits']);
  return fromJwk(v.parse(privateSchema, await crypto.subtle.exportKey('jwk', privateKey)));
}

/**
 * Reads a key pair from {@link AgreementKey.privateKey}.
 *
 * @throws what valibot, `JSON.parse` or WebCrypto says of a text that is none
 */
export async function parseAgreementKey(text: string): Promise<AgreementKey> {
  const jwk = v.parse(privateSchema, JSON.parse(text));
  // Also finds out that its halves do not belong together.
  await importPrivate(jwk);
  return fromJwk(jwk);
}

/** What is secret of the private half, as it is written. */
export function privateText({ privateKey }: AgreementKey): string {
  return v.parse(privateSchema, JSON.parse(privateKey)).d;
}

/** The private half as bytes, from which other secrets can be derived. */
export function privateBytes(key: AgreementKey): Uint8Array<ArrayBuffer> {
  const binary = atob(privateText(key).replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/**
 * The secret that the owners of both keys have in common.
 *
 * @param publicKey the other's {@link AgreementKey.publicKey}
 * @throws what valibot, `JSON.parse` or WebCrypto says of a text that is none
 */
export async function agree({ privateKey }: AgreementKey, publicKey: string): Promise<ArrayBuffer> {
  const own = await importPrivate(v.parse(privateSchema, JSON.parse(privateKey)));
  const jwk = v.parse(publicSchema, JSON.parse(publicKey));
  const other = await crypto.subtle.importKey('jwk', jwk, algorithm, false, []);
  return await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, own, 256);
}

function importPrivate(jwk: v.InferOutput<typeof privateSchema>): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits']);
}

function fromJwk({ crv, kty, x, y, d }: v.InferOutput<typeof privateSchema>): AgreementKey {
  return {
    publicKey: JSON.stringify({ crv, kty, x, y }),
    privateKey: JSON.stringify({ crv, kty, x, y, d }),
  };
}
