import { median } from './median.ts';

/**
 * Values of contenders that were measured in turn, round by round. Compared is what was measured in the same round, so
 * that a machine that is busy for a while is so for both.
 */
export class Rounds<Name extends string> {
  readonly #values = new Map<Name, number[]>();

  /** Adds what a contender has in the round that goes on: once in each. */
  add(name: Name, value: number): void {
    this.#values.set(name, [...this.#of(name), value]);
  }

  /** @throws when the contender took no part */
  median(name: Name): number {
    return median(this.#of(name));
  }

  /** The median of the ratios to another contender, round by round. @throws when one took no part */
  ratio(name: Name, to: Name): number {
    return median(this.#pairs(name, to).map(([value, other]) => value / other));
  }

  /** The median of what is more than another contender's, round by round. @throws when one took no part */
  difference(name: Name, to: Name): number {
    return median(this.#pairs(name, to).map(([value, other]) => value - other));
  }

  /** The mean; nothing when the contender took no part. */
  mean(name: Name): number | undefined {
    const values = this.#of(name);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value) / values.length;
  }

  #of(name: Name): readonly number[] {
    return this.#values.get(name) ?? [];
  }

  #pairs(name: Name, to: Name): readonly (readonly [number, number])[] {
    const others = this.#of(to);
    return this.#of(name).flatMap((value, round) => {
      const other = others[round];
      return other === undefined ? [] : [[value, other] as const];
    });
  }
}

/** All of them, beginning with another one in each round. */
export function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
