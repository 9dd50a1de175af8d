import assert from 'node:assert/strict';
import { watchBoard } from '../../../src/core/windows/noticeBoard.ts';
import { bySeniority } from '../../../src/core/windows/seniority.ts';
import { until } from '../../support/authenticationSuite.ts';
import { FakeClock } from '../../support/fakeClock.ts';

describe('watchBoard', () => {
  const { signal } = new AbortController();

  it('says at once what shows at once', async () => {
    const clock = new FakeClock();
    assert.equal(await watchBoard(clock, () => true, { ms: 0, signal }), true);
    assert.equal(clock.timerCount, 0);
  });

  it('looks again until it shows', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const watched = watchBoard(clock, async () => ++looks === 3, { ms: 1000, signal });
    for (const look of [1, 2]) {
      await until(() => looks === look && clock.timerCount === 1, 'it does not look');
      clock.advance(100);
    }
    assert.equal(await watched, true);
    assert.equal(clock.timerCount, 0);
  });

  it('looks a last time when the time is over', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const watched = watchBoard(clock, () => ++looks > 2, { ms: 2000, signal });
    await until(() => clock.timerCount === 1, 'it does not wait');
    clock.advance(2000);
    assert.equal(await watched, false);
    assert.equal(looks, 2);
  });

  it('ends with the signal', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const watched = watchBoard(clock, () => false, {
      ms: Number.POSITIVE_INFINITY,
      signal: controller.signal,
    });
    await until(() => clock.timerCount === 1, 'it does not wait');
    controller.abort();
    await assert.rejects(watched, { code: 'cancelled' });
    assert.equal(clock.timerCount, 0);
  });
});

describe('bySeniority', () => {
  it('sorts by age, and windows of the same age by their ids', () => {
    const windows = [
      { id: 'b', startedAt: 2 },
      { id: 'a', startedAt: 2 },
      { id: 'z', startedAt: 1 },
      { id: '-', startedAt: 3 },
    ];
    assert.deepEqual(
      windows.sort(bySeniority).map(({ id }) => id),
      ['z', 'a', 'b', '-'],
    );
  });
});
