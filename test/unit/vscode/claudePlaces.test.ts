import assert from 'node:assert/strict';
import { join } from 'node:path';
import { claudePlaces, withTilde } from '../../../src/vscode/sources/claudePlaces.ts';

const home = join('/home', 'me');

describe('claudePlaces', () => {
  it('are in the home folder', () => {
    const { state, settings } = claudePlaces({ home, platform: 'linux', configDirectory: undefined });
    assert.equal(state, join(home, '.claude.json'));
    assert.equal(settings, join(home, '.claude', 'settings.json'));
  });

  it('are where Claude Code has been told to keep its files', () => {
    const { state, settings } = claudePlaces({ home, platform: 'linux', configDirectory: '/elsewhere' });
    assert.equal(state, join('/elsewhere', '.claude.json'));
    assert.equal(settings, join('/elsewhere', 'settings.json'));
    const unset = claudePlaces({ home, platform: 'linux', configDirectory: '' });
    assert.equal(unset.state, join(home, '.claude.json'));
  });

  for (const [platform, folder] of [
    ['linux', '/etc/claude-code'],
    ['darwin', '/Library/Application Support/ClaudeCode'],
    ['win32', 'C:\\Program Files\\ClaudeCode'],
  ] as const) {
    it(`have on ${platform} what an administrator prescribes in ${folder}`, () => {
      const { managed } = claudePlaces({ home, platform, configDirectory: undefined });
      assert.equal(managed, join(folder, 'managed-mcp.json'));
    });
  }
});

describe('withTilde', () => {
  it('shortens what lies in the home folder, and nothing else', () => {
    assert.equal(withTilde('/home/me/.claude.json', '/home/me'), '~/.claude.json');
    assert.equal(withTilde('C:\\Users\\me\\.claude.json', 'C:\\Users\\me'), '~\\.claude.json');
    assert.equal(withTilde('/home/meander/.claude.json', '/home/me'), '/home/meander/.claude.json');
  });
});
