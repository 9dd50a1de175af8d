import assert from 'node:assert/strict';
import { withStepUp } from '../../../src/core/connection/stepUp.ts';
import { AuthError, InsufficientScopeError } from '../../../src/core/errors.ts';
import { stepUpScope } from '../../../src/core/session/session.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const refused = (scope?: string) => new InsufficientScopeError('More is wanted.', scope);

describe('withStepUp', () => {
  it('does what it is asked to once, where that is enough', async () => {
    assert.equal(await withStepUp(() => Promise.resolve('done'), assert.fail), 'done');
  });

  it('tries again with what the server wanted', async () => {
    const wanted: (string | undefined)[] = [];
    const answers = [refused('write'), refused('admin'), 'done'];
    const result = await withStepUp(
      async () => {
        const answer = answers.shift();
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      async ({ scope }) => void wanted.push(scope),
    );
    assert.equal(result, 'done');
    assert.deepEqual(wanted, ['write', 'admin']);
  });

  it('gives up on a server that is never content after three attempts', async () => {
    let attempts = 0;
    const never = async () => {
      attempts += 1;
      throw refused('more');
    };
    await assert.rejects(
      withStepUp(never, async () => undefined),
      { code: 'insufficient_scope' },
    );
    assert.equal(attempts, 3);
  });

  it('passes every other error on, of the operation and of the sign-in', async () => {
    const rejected = new AuthError('token_rejected', 'No.');
    await assert.rejects(
      withStepUp(() => Promise.reject(rejected), assert.fail),
      rejected,
    );
    const denied = new AuthError('access_denied', 'No.');
    await assert.rejects(
      withStepUp(
        () => Promise.reject(refused()),
        () => Promise.reject(denied),
      ),
      denied,
    );
  });
});

describe('stepUpScope', () => {
  it('is all that was asked for before and what is wanted now, each once', () => {
    const session = sampleSession({ requestedScope: 'read write' });
    assert.equal(stepUpScope(session, 'write admin'), 'read write admin');
  });

  it('is what the session has, where nothing was asked for', () => {
    const { tokens, requestedScope: _requested, ...rest } = sampleSession();
    assert.equal(stepUpScope({ ...rest, tokens: { ...tokens, scope: 'granted' } }, 'more'), 'granted more');
  });

  it('is what is wanted, where there is no session', () => {
    assert.equal(stepUpScope(undefined, 'more'), 'more');
  });
});
