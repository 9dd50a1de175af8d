import assert from 'node:assert/strict';
import {
  AuthError,
  type AuthErrorCode,
  abortError,
  isCancelled,
  type Remedy,
  throwIfAborted,
} from '../../src/core/errors.ts';

/** One code for each remedy: which code has which is decided in errors.ts alone. */
const examples: readonly (readonly [AuthErrorCode, Remedy])[] = [
  ['helper_not_allowed', 'allowHelper'],
  ['session_expired', 'authenticate'],
  ['issuer_changed', 'clearRegistration'],
  ['client_rejected', 'enterClient'],
  ['access_refused', 'manageAccess'],
  ['untrusted_workspace', 'manageTrust'],
  ['cancelled', 'none'],
  ['invalid_definition', 'openDefinition'],
  ['proxy_failed', 'openSettings'],
  ['network', 'retry'],
  ['saved_token_rejected', 'setToken'],
  ['invalid_response', 'showLog'],
];

describe('AuthError', () => {
  for (const [code, remedy] of examples) {
    it(`offers ${remedy} for ${code}`, () => {
      const cause = new TypeError('why');
      const error = new AuthError(code, 'A sentence.', { cause });
      assert.ok(error instanceof Error);
      assert.deepEqual(
        [error.name, error.code, error.remedy, error.message, error.cause],
        ['AuthError', code, remedy, 'A sentence.', cause],
      );
    });
  }

  it('names a setting only where it is given one', () => {
    const setting = 'http.proxy';
    assert.equal(new AuthError('proxy_failed', 'A sentence.', { setting }).setting, setting);
    assert.equal(new AuthError('invalid_setting', 'A sentence.').setting, undefined);
  });

  it('has no cause unless given one', () => {
    assert.equal('cause' in new AuthError('network', 'A sentence.'), false);
  });
});

describe('isCancelled', () => {
  it('holds for a cancelled AuthError alone', () => {
    assert.equal(isCancelled(new AuthError('cancelled', '')), true);
    for (const other of [
      new AuthError('timeout', ''),
      new DOMException('', 'AbortError'),
      'cancelled',
      undefined,
    ]) {
      assert.equal(isCancelled(other), false);
    }
  });
});

describe('throwIfAborted', () => {
  it('does nothing while the signal is not aborted', () => {
    assert.doesNotThrow(() => throwIfAborted(new AbortController().signal));
  });

  it('throws the reason itself where that is an AuthError', () => {
    const reason = new AuthError('timeout', 'Late.');
    assert.throws(
      () => throwIfAborted(AbortSignal.abort(reason)),
      (error) => error === reason,
    );
  });

  it('throws cancelled for any other reason, which becomes the cause', () => {
    const error = abortError(AbortSignal.abort('bored'));
    assert.deepEqual([error.code, error.cause], ['cancelled', 'bored']);
    assert.throws(() => throwIfAborted(AbortSignal.abort()), { code: 'cancelled' });
  });
});
