import type { Discovered } from './discovery.ts';
import { type DpopKey, generateDpopKey } from './dpopKey.ts';
import { selectDpop } from './dpopPolicy.ts';
import { createDpopProofs, type DpopProofs } from './dpopProofs.ts';

/** The key of a session to come, and proofs by it. */
export interface TokenBinding {
  readonly key: DpopKey;
  readonly proofs: DpopProofs;
}

/**
 * Makes the key that the tokens of a sign-in are to be bound to, where the definition or the servers want that.
 *
 * @throws AuthError `dpop_not_supported`
 * @see RFC 9449
 */
export async function bindTokens(
  isConfigured: boolean,
  discovered: Discovered,
): Promise<TokenBinding | undefined> {
  const selected = selectDpop(isConfigured, discovered);
  if (!selected) {
    return undefined;
  }
  const key = await generateDpopKey(selected);
  return { key, proofs: await createDpopProofs(key) };
}
