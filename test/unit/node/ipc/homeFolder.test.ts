import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { homeFolder } from '../../../../src/node/ipc/homeFolder.ts';

describe('homeFolder', () => {
  const env = { HOME: '/c/Users/me', USERPROFILE: 'C:\\Users\\me' };

  for (const [what, given, platform, expected] of [
    ['is HOME', env, 'linux', '/c/Users/me'],
    ['is not what Git Bash has in HOME', env, 'win32', 'C:\\Users\\me'],
    ['is that of the user where no variable tells', { HOME: '' }, 'darwin', homedir()],
    ['is that of the user where no variable tells', { HOME: '/c/Users/me' }, 'win32', homedir()],
    ['is no relative path', { HOME: 'me' }, 'linux', homedir()],
  ] as const) {
    it(`${what} (${platform})`, () => {
      assert.equal(homeFolder(given, platform), expected);
    });
  }
});
