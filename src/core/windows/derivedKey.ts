const algorithms = {
  hmac: {
    parameters: { name: 'HMAC', hash: 'SHA-256', length: 256 },
    usages: ['sign', 'verify'],
  },
  aes: { parameters: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] },
} as const;

/** What a key is derived for. Two that differ in any of it have nothing to do with each other. */
export interface KeyPurpose {
  readonly algorithm: keyof typeof algorithms;
  readonly name: string;
  /** What both sides have to see in the same way. */
  readonly context: readonly string[];
}

/**
 * Derives a key that cannot be exported from a secret.
 *
 * @see RFC 5869 (HKDF)
 */
export async function deriveKey(
  secret: Uint8Array<ArrayBuffer> | ArrayBuffer,
  { algorithm, name, context }: KeyPurpose,
): Promise<CryptoKey> {
  const { parameters, usages } = algorithms[algorithm];
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const hkdf = {
    name: 'HKDF',
    hash: 'SHA-256',
    // Some implementations limit the length of `info`, none that of a hash.
    salt: await crypto.subtle.digest('SHA-256', encode(JSON.stringify(context))),
    info: encode(`MCP Auth 1: ${name}`),
  };
  return await crypto.subtle.deriveKey(hkdf, base, parameters, false, usages);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
