import assert from 'node:assert/strict';
import { selectAuthMethod } from '../../../src/core/oauth/clientRegistration.ts';

const basic = 'client_secret_basic';
const post = 'client_secret_post';

describe('selectAuthMethod', () => {
  for (const [supported, secret, method] of [
    [undefined, undefined, 'none'],
    [[basic, post], undefined, 'none'],
    [undefined, 'secret', basic],
    [[basic], 'secret', basic],
    [[post], 'secret', post],
    [['none', post], 'secret', post],
    [[post, basic], 'secret', basic],
    [['none'], 'secret', basic],
    [['private_key_jwt'], 'secret', basic],
    [[], 'secret', basic],
  ] as const) {
    it(`is ${method} ${secret ? 'with' : 'without'} a secret where the server offers ${supported ?? 'nothing'}`, () => {
      assert.equal(selectAuthMethod(supported, secret), method);
    });
  }
});
