import assert from 'node:assert/strict';
import { durationText } from '../../src/core/durationText.ts';

const hour = 3_600_000;

describe('durationText', () => {
  for (const [ms, text] of [
    [-5000, '0 s'],
    [0, '0 s'],
    [400, '0 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [52 * 60_000, '52 min'],
    [89 * 60_000, '89 min'],
    [90 * 60_000, '2 h'],
    [47 * hour, '47 h'],
    [48 * hour, '2 days'],
    [365 * 24 * hour, '365 days'],
  ] as const) {
    it(`is ${text} for ${ms} ms`, () => {
      assert.equal(durationText(ms), text);
    });
  }
});
