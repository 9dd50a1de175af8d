/**
 * Does work for each item, at most `limit` at a time, begun in their order.
 *
 * @returns the results in the order of the items
 * @throws what one of them throws; the others go on
 */
export async function boundedParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const queue = items.entries();
  const takeNext = async () => {
    for (const [index, item] of queue) {
      results.set(index, await work(item));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeNext));
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}
