import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfter } from '../../../src/core/oauth/retryAfter.ts';

const day = 24 * 60 * 60_000;
const date = 'Tue, 01 Jan 2030 00:00:00 GMT';
const read = (value: string, headers: Readonly<Record<string, string>> = { date }) =>
  retryAfter(new Headers({ ...headers, 'retry-after': value }));

describe('retryAfter', () => {
  const waits: readonly [string, number | undefined][] = [
    ['7', 7000],
    [' 7 ', 7000],
    ['0', 0],
    ['86400', day],
    ['86401', day],
    ['9'.repeat(400), day],
    ['Tue, 01 Jan 2030 00:02:00 GMT', 120_000],
    ['Tuesday, 01-Jan-30 00:02:00 GMT', 120_000],
    ['Tue Jan  1 00:02:00 2030', 120_000],
    ['Mon, 31 Dec 2029 23:59:59 GMT', 0],
    ['Wed, 01 Jan 2031 00:00:00 GMT', day],
    ['', undefined],
    ['-5', undefined],
    ['7.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['7, 7', undefined],
    ['soon', undefined],
    ['2030', 2_030_000],
    ['2030-01-01T00:02:00Z', undefined],
    ['Tue, 01 Jan 2030 00:02:00 +0100', undefined],
    ['Tue, 99 Foo 2030 00:02:00 GMT', undefined],
  ];
  for (const [value, wait] of waits) {
    it(`reads ${JSON.stringify(value.slice(0, 40))} as ${wait} ms`, () => {
      assert.equal(read(value), wait);
    });
  }

  it('is absent where the header is', () => {
    assert.equal(retryAfter(new Headers({ date })), undefined);
  });

  for (const [what, headers] of [
    ['no', {}],
    ['a malformed', { date: 'today' }],
  ] as const) {
    it(`reads seconds, but no point in time, beside ${what} Date`, () => {
      assert.equal(read('7', headers), 7000);
      assert.equal(read('Tue, 01 Jan 2030 00:02:00 GMT', headers), undefined);
    });
  }

  it('is within a day for every point in time', () => {
    const bounds = { min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(bounds), fc.date(bounds), (one, other) => {
        const wait = read(one.toUTCString(), { date: other.toUTCString() });
        const whole = (time: Date) => Math.floor(time.getTime() / 1000) * 1000;
        assert.equal(wait, Math.min(Math.max(whole(one) - whole(other), 0), day));
      }),
    );
  });

  it('never throws, and is never out of bounds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const printable = value.replace(/[^\x20-\x7e]/g, '');
        const wait = read(printable);
        assert.ok(wait === undefined || (wait >= 0 && wait <= day));
      }),
    );
  });
});
