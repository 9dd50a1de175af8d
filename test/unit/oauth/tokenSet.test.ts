import assert from 'node:assert/strict';
import { type TokenSet, toTokenSet } from '../../../src/core/oauth/tokenSet.ts';

const response = { access_token: 'access-2', token_type: 'bearer' } as const;
const previous: TokenSet = {
  accessToken: 'access-1',
  tokenType: 'bearer',
  refreshToken: 'refresh-1',
  expiresAt: 500,
  scope: 'a b',
  receivedAt: 100,
};

describe('toTokenSet', () => {
  it('counts expiry in milliseconds, from the time of the request', () => {
    const full = { ...response, refresh_token: 'refresh-2', expires_in: 3600, scope: 'a' };
    assert.deepEqual(toTokenSet(full, 1000), {
      accessToken: 'access-2',
      tokenType: 'bearer',
      refreshToken: 'refresh-2',
      expiresAt: 3_601_000,
      scope: 'a',
      receivedAt: 1000,
    });
  });

  it('makes up nothing that the server did not say', () => {
    const { refreshToken, expiresAt, scope } = toTokenSet(response, 1000);
    assert.deepEqual([refreshToken, expiresAt, scope], [undefined, undefined, undefined]);
  });

  it('keeps refresh token and scope of before where a refresh leaves them out, but not the expiry', () => {
    const { accessToken, refreshToken, expiresAt, scope } = toTokenSet(response, 1000, previous);
    assert.deepEqual(
      [accessToken, refreshToken, expiresAt, scope],
      ['access-2', 'refresh-1', undefined, 'a b'],
    );
  });

  it('takes refresh token and scope of the answer over those of before', () => {
    const rotated = { ...response, refresh_token: 'refresh-2', scope: 'a' };
    const { refreshToken, scope } = toTokenSet(rotated, 1000, previous);
    assert.deepEqual([refreshToken, scope], ['refresh-2', 'a']);
  });

  it('lets a token that expires at once be expired', () => {
    assert.equal(toTokenSet({ ...response, expires_in: 0 }, 1000).expiresAt, 1000);
  });

  it('takes a lifetime beyond all numbers for none, since it could not be stored', () => {
    assert.equal(toTokenSet({ ...response, expires_in: 1e306 }, 1000).expiresAt, undefined);
  });
});
