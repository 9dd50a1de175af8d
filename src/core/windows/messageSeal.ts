import { deriveKey } from './derivedKey.ts';
import { type Greetings, opposite, type Side } from './handshake.ts';

/**
 * Seals the messages of one connection, so that whoever passes them on can neither read nor change nor repeat them,
 * nor leave one out. Knowing who is at the other end would not be enough: a program that stands between two windows
 * lets their proofs through.
 */
export interface MessageSeal {
  /** Messages have to be sent in the order in which they were sealed. */
  seal(message: string): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws an `Error` for anything but the next message of the other end */
  open(sealed: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** Both ends make theirs from the same secret and the same greetings. */
export async function createMessageSeal(
  secret: Uint8Array<ArrayBuffer>,
  side: Side,
  greetings: Greetings,
): Promise<MessageSeal> {
  const [own, theirs] = await Promise.all([
    channelKey(secret, side, greetings),
    channelKey(secret, opposite(side), greetings),
  ]);
  let sent = 0;
  let received = 0;
  return {
    async seal(message) {
      const parameters = { name: 'AES-GCM', iv: numbered(sent++) };
      const text = new TextEncoder().encode(message);
      return new Uint8Array(await crypto.subtle.encrypt(parameters, own, text));
    },
    async open(sealed) {
      const parameters = { name: 'AES-GCM', iv: numbered(received++) };
      return new TextDecoder().decode(await crypto.subtle.decrypt(parameters, theirs, sealed));
    },
  };
}

function channelKey(secret: Uint8Array<ArrayBuffer>, side: Side, greetings: Greetings): Promise<CryptoKey> {
  const context = [greetings.initiator, greetings.responder];
  return deriveKey(secret, { algorithm: 'aes', name: `messages of the ${side}`, context });
}

/** The nonce of a message: its number. A key seals one direction of one connection, so none occurs twice. */
function numbered(number: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(number));
  return nonce;
}
