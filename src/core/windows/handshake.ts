import { deriveKey } from './derivedKey.ts';

/** The end of a connection: the one that opened it, or the one that accepted it. */
export type Side = 'initiator' | 'responder';

/** What both ends of a connection have said first, byte for byte. Each has an unguessable number in it. */
export type Greetings = Readonly<Record<Side, string>>;

/** The other end of a connection. */
export function opposite(side: Side): Side {
  return side === 'initiator' ? 'responder' : 'initiator';
}

/**
 * Proves to the other end that this one knows the secret. A proof holds for these two greetings and this side only:
 * it can neither be repeated on another connection nor be sent back.
 */
export async function prove(
  secret: Uint8Array<ArrayBuffer>,
  side: Side,
  greetings: Greetings,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await proofKey(secret);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, statement(side, greetings)));
}

/** Whether a proof is the one of that side. Takes the same time for every wrong one. */
export async function verifyProof(
  secret: Uint8Array<ArrayBuffer>,
  proof: Uint8Array<ArrayBuffer>,
  said: { readonly by: Side; readonly greetings: Greetings },
): Promise<boolean> {
  return await crypto.subtle.verify(
    'HMAC',
    await proofKey(secret),
    proof,
    statement(said.by, said.greetings),
  );
}

function proofKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return deriveKey(secret, { algorithm: 'hmac', name: 'proof', context: [] });
}

function statement(side: Side, { initiator, responder }: Greetings): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([side, initiator, responder]));
}
