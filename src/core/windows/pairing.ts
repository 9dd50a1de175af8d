import { type AgreementKey, agree, parseAgreementKey } from './agreementKey.ts';
import { deriveKey } from './derivedKey.ts';

/** A window that wants to be let into the group. */
export interface Newcomer {
  readonly id: string;
  /** As the notice board shows it: whoever can write there is a window of the same profile. */
  readonly publicKey: string;
}

const nonceLength = 12;

/** Seals the group's key for a newcomer, and for nobody else. */
export async function sealGroupKey(
  group: AgreementKey,
  newcomer: Newcomer,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await pairingKey(await agree(group, newcomer.publicKey), group.publicKey, newcomer);
  const iv = crypto.getRandomValues(new Uint8Array(nonceLength));
  const text = new TextEncoder().encode(group.privateKey);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text);
  return new Uint8Array([...iv, ...new Uint8Array(sealed)]);
}

/**
 * Opens what {@link sealGroupKey} made. Only somebody with the private half of `groupPublicKey` could seal it, so
 * nothing else about the sender has to be trusted.
 *
 * @param own the newcomer's key pair, and its window
 * @param groupPublicKey as the notice board shows it
 * @throws an `Error` where it is anything else
 */
export async function openGroupKey(
  sealed: Uint8Array<ArrayBuffer>,
  own: { readonly id: string; readonly key: AgreementKey },
  groupPublicKey: string,
): Promise<AgreementKey> {
  const newcomer = { id: own.id, publicKey: own.key.publicKey };
  const key = await pairingKey(await agree(own.key, groupPublicKey), groupPublicKey, newcomer);
  const iv = sealed.subarray(0, nonceLength);
  const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed.subarray(nonceLength));
  // Without the reason, which may quote the key.
  const group = await parseAgreementKey(new TextDecoder().decode(text)).catch(() => undefined);
  if (group?.publicKey !== groupPublicKey) {
    throw new Error('This is the key of another group.');
  }
  return group;
}

function pairingKey(secret: ArrayBuffer, groupPublicKey: string, newcomer: Newcomer): Promise<CryptoKey> {
  const context = [groupPublicKey, newcomer.publicKey, newcomer.id];
  return deriveKey(secret, { algorithm: 'aes', name: 'pairing', context });
}
