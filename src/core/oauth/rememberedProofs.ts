import type { DpopKey } from './dpopKey.ts';
import { createDpopProofs, type DpopProofs } from './dpopProofs.ts';

/** Gives the proofs of a key; nothing for Bearer tokens, which have none. */
export type RememberedProofs = (key: DpopKey | undefined) => Promise<DpopProofs | undefined>;

/** Proofs that last from one request to the next: while the key is the same, they know the server's nonce and time. */
export function rememberProofs(): RememberedProofs {
  let current: { readonly secret: string; readonly proofs: Promise<DpopProofs> } | undefined;
  return async (key) => {
    if (key === undefined) {
      return undefined;
    }
    // The record of a session may be read anew at any time: it is the key that counts.
    if (current?.secret !== key.privateKey.d) {
      current = { secret: key.privateKey.d, proofs: createDpopProofs(key) };
    }
    return await current.proofs;
  };
}
