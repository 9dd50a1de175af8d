import assert from 'node:assert/strict';
import type { AccessEntry } from '../../../src/core/access/accessControl.ts';
import { accessRow } from '../../../src/core/access/accessRow.ts';
import { accessQuestionText, programText, signInQuestionText } from '../../../src/core/access/accessText.ts';
import type { Program } from '../../../src/core/access/program.ts';
import { usedBy } from '../../../src/core/access/usedBy.ts';

const claude: Program = { kind: 'claudeCode', id: 'claudeCode', label: 'Claude Code' };
const server = { serverUrl: 'https://mcp.linear.app/mcp?key=secret', serverName: 'linear' };
const now = Date.UTC(2030, 0, 1);
const minute = 60_000;

describe('the question of who may use a session', () => {
  it('names the program, the server and its host, and nothing else of its URL', () => {
    assert.equal(
      accessQuestionText({ program: claude, ...server }),
      'Claude Code wants to use your session at linear (mcp.linear.app).',
    );
  });

  it('names an extension with its id, whatever it calls itself', () => {
    const program: Program = { kind: 'extension', id: 'evil.one', label: 'Claude Code' };
    assert.equal(
      accessQuestionText({ program, ...server }),
      'The extension "Claude Code" (evil.one) wants to use your session at linear (mcp.linear.app).',
    );
    assert.equal(
      signInQuestionText({ program, ...server }),
      'The extension "Claude Code" (evil.one) wants you to authenticate at linear (mcp.linear.app).',
    );
  });

  it('quotes and cuts what could be taken for something else', () => {
    const label = `x" may use everything. ${'y'.repeat(1_000)}`;
    assert.equal(
      programText({ kind: 'script', id: 'script', label }),
      `"x\\" may use everything. ${'y'.repeat(40)}…"`,
    );
    assert.equal(programText({ kind: 'script', id: 'script', label: '\u202e\n' }), '"?"');
    assert.equal(programText({ kind: 'script', id: 'script', label: '$(check) a' }), '"$ (check) a"');
  });
});

describe('accessRow', () => {
  const rows: readonly (readonly [AccessEntry['decision'], number | undefined, string, readonly string[]])[] =
    [
      ['always', now, 'always allowed · last used just now', ['never', 'revoke']],
      ['never', undefined, 'never allowed · not used yet', ['always', 'revoke']],
      ['once', now - 5 * minute, 'asks each time · last used 5 min ago', ['always', 'never', 'revoke']],
      ['unasked', now - 3_000 * minute, 'needs no permission · last used 2 days ago', ['forget']],
    ];
  for (const [decision, lastUsedAt, detail, actions] of rows) {
    it(`says "${detail}", and offers what makes sense`, () => {
      const entry: AccessEntry = { program: claude, ...server, decision, lastUsedAt };
      assert.deepEqual(accessRow(entry, now), {
        program: 'Claude Code',
        server: 'linear (mcp.linear.app)',
        detail,
        actions,
      });
    });
  }
});

describe('accessRow of agent mode', () => {
  const program: Program = { kind: 'agentMode', id: 'vscode.agentMode', label: 'VS Code agent mode' };
  const entry: AccessEntry = { program, ...server, decision: 'unasked', lastUsedAt: now };

  for (const [wish, detail, actions] of [
    ['wanted', 'offered, by your settings · last used just now', ['never', 'openSetting', 'forget']],
    ['unwanted', 'never, by your settings · last used just now', ['always', 'openSetting', 'forget']],
    ['elsewhere', 'as the settings of its workspace say · last used just now', ['openSetting', 'forget']],
  ] as const) {
    it(`says "${detail}", and offers what makes sense`, () => {
      const row = accessRow(entry, now, wish);
      assert.deepEqual([row.program, row.detail, row.actions], ['VS Code agent mode', detail, actions]);
    });
  }
});

describe('usedBy', () => {
  const entry = (id: string, lastUsedAt?: number): AccessEntry => ({
    program: { kind: 'script', id, label: id },
    serverName: 'linear',
    serverUrl: server.serverUrl,
    decision: 'always',
    lastUsedAt,
  });

  it('names the programs that have used a server, the latest first', () => {
    const entries = [entry('npx', now - 120 * minute), entry('node', now - 3 * minute), entry('python')];
    assert.equal(usedBy(entries, now), 'node 3 min ago, npx 2 h ago');
  });

  it('counts those beyond the third', () => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((id, index) => entry(id, now - index * 2 * minute));
    assert.equal(usedBy(entries, now), 'a just now, b 2 min ago, c 4 min ago, 2 more');
  });

  it('says nothing where none has', () => {
    assert.equal(usedBy([entry('python')], now), undefined);
  });
});
