import assert from 'node:assert/strict';
import { ServerBusyError } from '../../../src/core/errors.ts';
import { isUnavailable, serverError } from '../../../src/core/oauth/serverError.ts';

const who = 'The authorization server as.example';

describe('serverError', () => {
  const busy: readonly [number, string | undefined, number | undefined, string][] = [
    [429, '7', 7000, 'asks to wait 7 s (HTTP 429).'],
    [503, '120', 120_000, 'asks to wait 2 min (HTTP 503).'],
    [429, undefined, undefined, 'asks to slow down (HTTP 429). Try again in a moment.'],
    [503, 'soon', undefined, 'asks to slow down (HTTP 503). Try again in a moment.'],
    [429, '0', 0, 'asks to slow down (HTTP 429). Try again in a moment.'],
    [429, '999999999', 86_400_000, 'asks to wait 24 h (HTTP 429).'],
  ];
  for (const [status, header, wait, sentence] of busy) {
    it(`is busy for ${wait} ms after HTTP ${status} with Retry-After: ${header}`, () => {
      const headers = header === undefined ? {} : { 'retry-after': header };
      const cause = new Error('why');
      const error = serverError(who, new Response(null, { status, headers }), { cause });
      assert.ok(error instanceof ServerBusyError);
      assert.deepEqual(
        [error.name, error.code, error.remedy, error.message, error.retryAfter, error.cause],
        ['AuthError', 'server_error', 'retry', `${who} ${sentence}`, wait, cause],
      );
    });
  }

  for (const [status, sentence] of [
    [500, 'has a problem (HTTP 500). Try again in a moment.'],
    [504, 'has a problem (HTTP 504). Try again in a moment.'],
    [404, 'answered HTTP 404.'],
  ] as const) {
    it(`is an error, but not busy, after HTTP ${status}`, () => {
      const error = serverError(who, new Response(null, { status, headers: { 'retry-after': '7' } }));
      assert.ok(!(error instanceof ServerBusyError));
      assert.deepEqual([error.code, error.message], ['server_error', `${who} ${sentence}`]);
    });
  }
});

describe('isUnavailable', () => {
  for (const status of [429, 500, 502, 503, 599]) {
    it(`holds for HTTP ${status}`, () => assert.equal(isUnavailable(status), true));
  }
  for (const status of [200, 400, 401, 404, 428, 430, 499]) {
    it(`does not hold for HTTP ${status}`, () => assert.equal(isUnavailable(status), false));
  }
});
