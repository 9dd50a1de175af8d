import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import { AuthError } from '../errors.ts';

/** The algorithms that proofs are signed with, in the order of preference. */
export const dpopAlgorithms = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;

/** A JWS algorithm for proofs. */
export type DpopAlgorithm = (typeof dpopAlgorithms)[number];

const text = v.string();

/** A {@link DpopKey} as it is stored. */
export const dpopKeySchema = v.object({
  algorithm: v.picklist(dpopAlgorithms),
  requiredByServer: v.boolean(),
  privateKey: v.variant('kty', [
    v.object({ kty: v.literal('EC'), crv: text, x: text, y: text, d: text }),
    v.object({ kty: v.literal('OKP'), crv: text, x: text, d: text }),
    v.object({
      kty: v.literal('RSA'),
      n: text,
      e: text,
      d: text,
      p: text,
      q: text,
      dp: text,
      dq: text,
      qi: text,
    }),
  ]),
});

/**
 * The key that the tokens of one session are bound to, as a private JWK: it is stored with them, since they are
 * of no use without it. Holds secrets: never logged, kept in secret storage only.
 *
 * @see RFC 9449
 */
export interface DpopKey {
  readonly algorithm: DpopAlgorithm;
  /** Whether the MCP server asked for bound tokens, and not only the server's definition. */
  readonly requiredByServer: boolean;
  readonly privateKey: Readonly<v.InferOutput<typeof dpopKeySchema>['privateKey']>;
}

/**
 * Generates a key for a new session. It can be exported because it has to outlive this window.
 *
 * @throws AuthError `dpop_not_supported` where this editor's WebCrypto does not have the algorithm
 */
export async function generateDpopKey({
  algorithm,
  requiredByServer,
}: Pick<DpopKey, 'algorithm' | 'requiredByServer'>): Promise<DpopKey> {
  let privateKey: CryptoKey;
  try {
    ({ privateKey } = await oauth.generateKeyPair(algorithm, { extractable: true }));
  } catch (cause) {
    throw new AuthError('dpop_not_supported', `This editor cannot make a key for ${algorithm} (DPoP).`, {
      cause,
    });
  }
  const exported = await crypto.subtle.exportKey('jwk', privateKey);
  return v.parse(dpopKeySchema, { algorithm, requiredByServer, privateKey: exported });
}

/**
 * The key as WebCrypto uses it; its private half cannot be exported again.
 *
 * @throws AuthError `not_authenticated` when what was stored is no key
 */
export async function importDpopKey({ algorithm, privateKey }: DpopKey): Promise<CryptoKeyPair> {
  const parameters = importParameters[algorithm];
  const { kty } = privateKey;
  const publicKey =
    kty === 'RSA'
      ? { kty, n: privateKey.n, e: privateKey.e }
      : { kty, crv: privateKey.crv, x: privateKey.x, ...(kty === 'EC' ? { y: privateKey.y } : {}) };
  try {
    return {
      privateKey: await crypto.subtle.importKey('jwk', privateKey, parameters, false, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', publicKey, parameters, true, ['verify']),
    };
  } catch {
    // The reason may quote the key.
    throw new AuthError('not_authenticated', 'The key of this session cannot be used. Authenticate again.');
  }
}

/** The parts of a key that must never be shown. */
export function dpopSecrets({ privateKey }: DpopKey): readonly string[] {
  return privateKey.kty === 'RSA'
    ? [privateKey.d, privateKey.p, privateKey.q, privateKey.dp, privateKey.dq, privateKey.qi]
    : [privateKey.d];
}

const importParameters: Readonly<
  Record<DpopAlgorithm, AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams>
> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  EdDSA: 'Ed25519',
};
