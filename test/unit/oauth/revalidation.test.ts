import assert from 'node:assert/strict';
import { AuthError, abortError } from '../../../src/core/errors.ts';
import type { Discovered } from '../../../src/core/oauth/discovery.ts';
import { withRevalidation } from '../../../src/core/oauth/revalidation.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { recordLog } from '../../support/recordedLog.ts';

const remembered: Discovered = { authorizationServer: { issuer: 'https://as.example' } };

describe('withRevalidation', () => {
  it('ends as cancelled when that is said while it finds out why what is remembered has failed', async () => {
    const person = new AbortController();
    const sign = withRevalidation({
      remembered,
      discoverAnew: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(abortError(signal)));
          person.abort();
        }),
      isSame: () => true,
      attempt: async () => {
        throw new AuthError('server_error', 'The server has a problem.');
      },
      signal: person.signal,
      clock: new FakeClock(),
      log: recordLog().log,
    });
    await assert.rejects(sign, { code: 'cancelled' });
  });
});
