import assert from 'node:assert/strict';
import { withVariables } from '../../../src/terminal/withVariables.ts';

describe('withVariables', () => {
  const environment = { PATH: '/bin', API_TOKEN: 'old' };

  it('adds and replaces variables', () => {
    assert.deepEqual(withVariables(environment, { API_TOKEN: 'new', A: 'a' }, 'linux'), {
      PATH: '/bin',
      API_TOKEN: 'new',
      A: 'a',
    });
  });

  it('replaces what differs in case on Windows, and nowhere else', () => {
    const added = { api_token: 'new' };
    assert.deepEqual(withVariables(environment, added, 'win32'), { PATH: '/bin', api_token: 'new' });
    assert.deepEqual(withVariables(environment, added, 'darwin'), { ...environment, api_token: 'new' });
  });
});
