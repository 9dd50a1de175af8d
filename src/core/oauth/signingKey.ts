import { AuthError } from '../errors.ts';

/** A private key, ready to sign client assertions. */
export interface SigningKey {
  readonly key: CryptoKey;
  /** `alg` of the JWS header. */
  readonly algorithm: string;
  /** `kid` of the JWS header, where a JWK names one. */
  readonly keyId?: string | undefined;
}

interface Candidate {
  readonly algorithm: string;
  readonly parameters: EcKeyImportParams | RsaHashedImportParams | Algorithm;
}

/** In the order of preference, where a key can do several. RFC 9864 gave EdDSA with Ed25519 a name of its own. */
const candidates: readonly Candidate[] = [
  { algorithm: 'ES256', parameters: { name: 'ECDSA', namedCurve: 'P-256' } },
  { algorithm: 'ES384', parameters: { name: 'ECDSA', namedCurve: 'P-384' } },
  { algorithm: 'ES512', parameters: { name: 'ECDSA', namedCurve: 'P-521' } },
  { algorithm: 'RS256', parameters: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } },
  { algorithm: 'PS256', parameters: { name: 'RSA-PSS', hash: 'SHA-256' } },
  { algorithm: 'EdDSA', parameters: { name: 'Ed25519' } },
  { algorithm: 'Ed25519', parameters: { name: 'Ed25519' } },
];

const longestKey = 16_384;
/** RFC 7518, section 3.3. */
const smallestModulus = 2048;

/**
 * Reads a private key, and settles on the algorithm that it signs with. The key cannot be exported again.
 *
 * @param text PEM (PKCS#8), with or without its line breaks, or a JWK
 * @param supported the algorithms that the server takes, where it says so
 * @throws AuthError `client_required` with what is wrong with the key; the sentence never quotes it
 * @see RFC 7518, section 3.1
 */
export async function importSigningKey(
  text: string,
  supported?: readonly string[] | undefined,
): Promise<SigningKey> {
  const material = readMaterial(text);
  const able: SigningKey[] = [];
  for (const { algorithm, parameters } of candidates) {
    const key = await tryImport(material, parameters);
    if (key && (material.algorithm ?? algorithm) === algorithm) {
      able.push({ key, algorithm, keyId: material.keyId });
    }
  }
  const [first] = able;
  if (!first) {
    throw unusable('This private key is of a kind that client assertions are not signed with.');
  }
  assertLongEnough(first.key);
  const chosen = supported ? able.find(({ algorithm }) => supported.includes(algorithm)) : first;
  if (!chosen) {
    const names = able.map(({ algorithm }) => algorithm).join(' or ');
    throw unusable(
      `This private key signs by ${names}, but the authorization server takes ${JSON.stringify(supported?.slice(0, 10).join(', '))}.`,
    );
  }
  return chosen;
}

/** What must never be shown of a private key: the text, and the parts of it that are secret by themselves. */
export function privateKeySecrets(text: string): readonly string[] {
  const jwk = parseObject(text);
  const parts = jwk ? ['d', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => jwk[name]) : [pemBody(text)];
  return [text, ...parts.filter((part) => typeof part === 'string')];
}

type Material = { readonly algorithm?: string | undefined; readonly keyId?: string | undefined } & (
  | { readonly format: 'jwk'; readonly data: JsonWebKey }
  | { readonly format: 'pkcs8'; readonly data: Uint8Array<ArrayBuffer> }
);

function readMaterial(text: string): Material {
  if (text.length > longestKey) {
    throw unusable('This is too long to be a private key.');
  }
  const jwk = parseObject(text);
  if (jwk) {
    return readJwk(jwk);
  }
  const body = pemBody(text);
  if (body !== undefined) {
    return { format: 'pkcs8', data: decodeBase64(body) };
  }
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (label === 'EC PRIVATE KEY' || label === 'RSA PRIVATE KEY' || label === 'ENCRYPTED PRIVATE KEY') {
    throw unusable(
      'This private key has to be converted to unencrypted PKCS#8 first: openssl pkcs8 -topk8 -nocrypt -in old.pem -out new.pem',
    );
  }
  throw unusable(
    label === undefined
      ? 'This is not a private key in PEM (PKCS#8) or JWK form.'
      : 'This is a PEM file of another kind: the private key is needed.',
  );
}

function readJwk({ alg, kid, ext: _ext, key_ops: _operations, use: _use, ...data }: JsonObject): Material {
  if (typeof data.kty !== 'string' || typeof data.d !== 'string') {
    throw unusable('This JWK is not a private key: it needs "kty" and "d".');
  }
  return {
    format: 'jwk',
    data,
    algorithm: typeof alg === 'string' ? alg : undefined,
    keyId: typeof kid === 'string' ? kid : undefined,
  };
}

async function tryImport(
  { format, data }: Material,
  parameters: Candidate['parameters'],
): Promise<CryptoKey | undefined> {
  try {
    return format === 'jwk'
      ? await crypto.subtle.importKey(format, data, parameters, false, ['sign'])
      : await crypto.subtle.importKey(format, data, parameters, false, ['sign']);
  } catch {
    return undefined;
  }
}

function assertLongEnough({ algorithm }: CryptoKey): void {
  if ('modulusLength' in algorithm && Number(algorithm.modulusLength) < smallestModulus) {
    throw unusable(`This RSA key is too short: it needs ${smallestModulus} bits at least.`);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    // The parser's error would quote the key.
    return undefined;
  }
}

/** The base64 of a PEM file, without white space; input boxes drop the line breaks. */
function pemBody(text: string): string | undefined {
  return /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/
    .exec(text)?.[1]
    ?.replace(/\s+/g, '');
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw unusable('This PEM file is damaged.');
  }
}

function unusable(sentence: string): AuthError {
  return new AuthError('client_required', sentence);
}
