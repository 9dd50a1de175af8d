import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { AuthError } from '../../../src/core/errors.ts';
import { PendingAuthorizations } from '../../../src/core/oauth/pendingAuthorizations.ts';

const answer = new URLSearchParams({ state: 'state-1', code: 'code-1' });

describe('PendingAuthorizations', () => {
  let pending: PendingAuthorizations;
  let controller: AbortController;
  beforeEach(() => {
    pending = new PendingAuthorizations();
    controller = new AbortController();
  });

  it('hands a response to the one who waits for its state, and to no other', async () => {
    const first = pending.expect('state-1', controller.signal);
    const second = pending.expect('state-2', controller.signal);
    assert.equal(pending.deliver(answer), true);
    assert.equal(await first.response, answer);
    const other = new URLSearchParams({ state: 'state-2', error: 'access_denied' });
    assert.equal(pending.deliver(other), true);
    assert.equal(await second.response, other);
  });

  it('accepts a response once', () => {
    pending.expect('state-1', controller.signal);
    assert.deepEqual([pending.deliver(answer), pending.deliver(answer)], [true, false]);
  });

  it('accepts no response that came before it was waited for', () => {
    assert.equal(pending.deliver(answer), false);
    pending.expect('state-1', controller.signal);
    assert.equal(pending.deliver(answer), true);
  });

  for (const [what, query] of [
    ['of another state', 'state=state-2&code=code-1'],
    ['without a state', 'code=code-1'],
    ['with an empty state', 'state=&code=code-1'],
    ['with two states', 'state=state-1&state=state-1&code=code-1'],
    ['with a state in another case', 'state=STATE-1&code=code-1'],
    ['that is empty', ''],
  ] as const) {
    it(`ignores a response ${what}, and goes on waiting`, async () => {
      const expected = pending.expect('state-1', controller.signal);
      assert.equal(pending.deliver(new URLSearchParams(query)), false);
      assert.equal(pending.deliver(answer), true);
      assert.equal(await expected.response, answer);
    });
  }

  it('rejects with the reason of its signal, and accepts nothing afterwards', async () => {
    const expected = pending.expect('state-1', controller.signal);
    const reason = new AuthError('timeout', 'Late.');
    controller.abort(reason);
    await assert.rejects(expected.response, (error) => error === reason);
    assert.equal(pending.deliver(answer), false);
  });

  it('rejects at once where the signal is aborted already', async () => {
    const expected = pending.expect('state-1', AbortSignal.abort());
    await assert.rejects(expected.response, { name: 'AuthError', code: 'cancelled' });
    assert.equal(pending.deliver(answer), false);
  });

  it('accepts nothing once disposed', () => {
    pending.expect('state-1', controller.signal).dispose();
    assert.equal(pending.deliver(answer), false);
  });

  it('leaves no listener behind, however the wait ended', () => {
    pending.expect('state-1', controller.signal);
    pending.deliver(answer);
    pending.expect('state-2', controller.signal).dispose();
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });
});
