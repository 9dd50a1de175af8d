/**
 * The value below which a share of the values is, by nearest rank.
 *
 * @param share from 0 to 1, for example 0.99
 * @throws when there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) {
    throw new Error('There is no quantile of nothing.');
  }
  return found;
}
