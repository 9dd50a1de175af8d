import type { JsonValue } from 'oauth4webapi';

/** A difference of less, in seconds, is the network's, or that of a header that knows whole seconds only. */
const smallestSkew = 5;

/**
 * How far servers' clocks are from the one that proofs are made with, by origin. Only a refused proof changes
 * that: a server learns nothing from being believed but proofs for itself.
 *
 * @see RFC 9449, section 11.1
 */
export class ProofClock {
  /** Seconds since the epoch, of the last proof for each origin, as it was before its correction. */
  readonly #lastProof = new Map<string, number>();
  /** In seconds. */
  readonly #skews = new Map<string, number>();

  /** Moves the time of a proof, which has it from this machine, to that of the server it is for. */
  adjust(payload: Record<string, JsonValue | undefined>): void {
    const { iat, htu } = payload;
    if (typeof iat !== 'number' || typeof htu !== 'string') {
      return;
    }
    const { origin } = new URL(htu);
    this.#lastProof.set(origin, iat);
    payload.iat = iat + (this.#skews.get(origin) ?? 0);
  }

  /**
   * Believes the `Date` of a response that has refused a proof.
   *
   * @returns whether the next proof will have another time because of it
   */
  correct({ origin }: URL, date: string | null): boolean {
    const last = this.#lastProof.get(origin);
    const skew = Math.round(Date.parse(date ?? '') / 1000 - (last ?? Number.NaN));
    if (Number.isNaN(skew) || Math.abs(skew - (this.#skews.get(origin) ?? 0)) < smallestSkew) {
      return false;
    }
    this.#skews.set(origin, skew);
    return true;
  }
}
