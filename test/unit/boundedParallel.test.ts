import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boundedParallel } from '../../src/core/boundedParallel.ts';

describe('boundedParallel', () => {
  it('begins in order, never runs more than the limit, and keeps the order of the results', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, items, limit) => {
          const begun: number[] = [];
          let running = 0;
          let most = 0;
          const results = boundedParallel([...items.entries()], limit, async ([index, item]) => {
            begun.push(index);
            running += 1;
            most = Math.max(most, running);
            await scheduler.schedule(Promise.resolve());
            running -= 1;
            return [index, item] as const;
          });
          assert.deepEqual(await scheduler.waitFor(results), [...items.entries()]);
          assert.deepEqual(begun, [...items.keys()]);
          assert.equal(most, Math.min(limit, items.length));
        },
      ),
    );
  });

  it('throws what one of them throws', async () => {
    const reason = new Error('no');
    await assert.rejects(
      boundedParallel([1, 2, 3], 2, async (item) => {
        if (item === 2) {
          throw reason;
        }
      }),
      reason,
    );
  });
});
