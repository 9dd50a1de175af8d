import assert from 'node:assert/strict';
import { AuthError, type AuthErrorCode, ServerBusyError } from '../../../src/core/errors.ts';
import { isFresh, refreshMargin } from '../../../src/core/session/freshness.ts';
import { refreshDue, retryPause } from '../../../src/core/session/refreshDue.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

const minute = 60_000;
const holder = { isHolder: true, jitter: 0 };

function lasting(lifetime: number | undefined) {
  return sampleSession({
    tokens: { expiresAt: lifetime === undefined ? undefined : sampleTime + lifetime, receivedAt: sampleTime },
  });
}

describe('the moment of a background refresh', () => {
  for (const [lifetime, lead] of [
    [24 * 60 * minute, 5 * minute],
    [60 * minute, 5 * minute],
    [10 * minute, 2 * minute],
    [10_000, 2_000],
  ] as const) {
    it(`is ${lead / 1000} s before the end of a token that lives for ${lifetime / 1000} s`, () => {
      assert.equal(refreshDue(lasting(lifetime), holder), sampleTime + lifetime - lead);
    });
  }

  it('is later in the other windows, however lucky they are, and before anybody has to refresh on use', () => {
    for (const lifetime of [5_000, minute, 60 * minute]) {
      const session = lasting(lifetime);
      const last = refreshDue(session, { isHolder: true, jitter: 1 }) ?? Number.NaN;
      const first = refreshDue(session, { isHolder: false, jitter: 0 }) ?? Number.NaN;
      const latest = refreshDue(session, { isHolder: false, jitter: 1 }) ?? Number.NaN;
      assert.ok(last < first, `${last} < ${first}`);
      assert.ok(isFresh(session, latest, refreshMargin(session)), 'nobody refreshes on use before');
    }
  });

  for (const [what, session] of [
    ['whose server does not say when it expires', lasting(undefined)],
    ['without a refresh token', sampleSession({ tokens: { refreshToken: undefined } })],
    ['that its server has ended', sampleSession({ refreshRejectedAt: 1 })],
  ] as const) {
    it(`does not come for a session ${what}`, () => {
      assert.equal(refreshDue(session, holder), undefined);
    });
  }

  it('comes for a session that is renewed by its grant', () => {
    const session = sampleSession({ grant: 'clientCredentials', tokens: { refreshToken: undefined } });
    assert.ok(refreshDue(session, holder));
  });
});

describe('the pause after a background refresh that failed', () => {
  const failed = (code: AuthErrorCode) => new AuthError(code, 'It failed.');

  it('doubles from five seconds to five minutes, less up to a half', () => {
    const pauses = [1, 2, 3, 7, 20].map((failures) => retryPause(failed('network'), failures, 1));
    assert.deepEqual(pauses, [5_000, 10_000, 20_000, 5 * minute, 5 * minute]);
    assert.equal(retryPause(failed('timeout'), 2, 0), 5_000);
  });

  it('is no shorter than what the server asks for', () => {
    const busy = (retryAfter: number | undefined) => new ServerBusyError('It is busy.', retryAfter);
    assert.equal(retryPause(busy(90_000), 1, 0), 90_000);
    assert.equal(retryPause(busy(1_000), 2, 0), 5_000);
    assert.equal(retryPause(busy(undefined), 2, 0), 5_000);
  });

  for (const code of [
    'session_expired',
    'client_rejected',
    'authorization_refused',
    'invalid_response',
  ] as const) {
    it(`has no end by itself after ${code}`, () => {
      assert.equal(retryPause(failed(code), 1, 0), undefined);
    });
  }
});
