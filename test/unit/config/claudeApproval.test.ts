import assert from 'node:assert/strict';
import {
  type ApprovalFacts,
  type ApprovalFile,
  claudeApprovals,
  projectServerApproval,
} from '../../../src/core/config/claudeApproval.ts';
import { parseClaudeSettings } from '../../../src/core/config/claudeSettings.ts';
import type { ConfigurationSource, SourceKind } from '../../../src/core/config/configurationSource.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';

type Origin = ApprovalFile['origin'];

const fileNames: Readonly<Record<Origin, string>> = {
  state: '~/.claude.json',
  local: '.claude/settings.local.json',
  project: '.claude/settings.json',
  user: '~/.claude/settings.json',
};

function facts(files: Partial<Record<Origin, object>>, isTrusted = true): ApprovalFacts {
  return {
    isTrusted,
    files: (Object.keys(fileNames) as Origin[]).flatMap((origin) => {
      const settings = files[origin];
      return settings
        ? [{ origin, name: fileNames[origin], settings: parseClaudeSettings(JSON.stringify(settings)) }]
        : [];
    }),
  };
}

const enabled = { enabledMcpjsonServers: ['srv'] };
const disabled = { disabledMcpjsonServers: ['srv'] };
const all = { enableAllProjectMcpServers: true };
const none = { enableAllProjectMcpServers: false };
const off = { disabledMcpServers: ['srv'] };
const on = { enabledMcpServers: ['srv'] };

interface Row {
  readonly files: Partial<Record<Origin, object>>;
  readonly isUntrusted?: boolean;
  readonly expected: readonly [kind: string, decidingFile?: Origin];
}

describe('projectServerApproval', () => {
  const rows: readonly Row[] = [
    { files: {}, expected: ['pending'] },
    { files: { user: {}, local: { enabledMcpjsonServers: ['other'] } }, expected: ['pending'] },
    ...(['state', 'local', 'project', 'user'] as const).flatMap((origin): readonly Row[] => [
      { files: { [origin]: enabled }, expected: ['approved', origin] },
      { files: { [origin]: all }, expected: ['approved', origin] },
      { files: { [origin]: disabled }, expected: ['rejected', origin] },
      { files: { [origin]: off }, expected: ['disabled', origin] },
    ]),
    // A rejection anywhere counts more than an approval anywhere.
    { files: { user: disabled, local: enabled, state: all }, expected: ['rejected', 'user'] },
    { files: { local: none, user: all }, expected: ['pending'] },
    { files: { local: none, user: enabled }, expected: ['approved', 'user'] },
    { files: { local: all, user: none }, expected: ['approved', 'local'] },
    { files: { state: enabled, local: off }, expected: ['disabled', 'local'] },
    { files: { state: on, user: off, local: enabled }, expected: ['approved', 'local'] },
    // What is in the repository approves nothing by itself, but may reject.
    { files: { project: enabled }, isUntrusted: true, expected: ['pending', 'project'] },
    { files: { project: all }, isUntrusted: true, expected: ['pending', 'project'] },
    { files: { project: enabled, local: enabled }, isUntrusted: true, expected: ['approved', 'local'] },
    { files: { project: disabled }, isUntrusted: true, expected: ['rejected', 'project'] },
    { files: { project: none, user: all }, isUntrusted: true, expected: ['approved', 'user'] },
  ];
  for (const { files, isUntrusted = false, expected } of rows) {
    const [kind, origin] = expected;
    it(`is ${kind} with ${JSON.stringify(files)}${isUntrusted ? ' in a folder that is not trusted' : ''}`, () => {
      const approval = projectServerApproval('srv', facts(files, !isUntrusted));
      assert.equal(approval.kind, kind);
      for (const [one, name] of Object.entries(fileNames)) {
        assert.equal(approval.sentence.includes(`: ${name} `), one === origin, approval.sentence);
      }
    });
  }

  it('compares names as Claude Code does', () => {
    const approving = facts({ local: { enabledMcpjsonServers: ['my server/x'] } });
    assert.equal(projectServerApproval('my_server_x', approving).kind, 'approved');
    assert.equal(projectServerApproval('my.server.x', approving).kind, 'approved');
    assert.equal(projectServerApproval('my-server-x', approving).kind, 'pending');
  });

  it('takes malformed settings for none', () => {
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"enabledMcpjsonServers": "srv", "enableAllProjectMcpServers": "yes"}',
    ]) {
      const file = { origin: 'local', name: 'x', settings: parseClaudeSettings(text) } as const;
      assert.equal(projectServerApproval('srv', { files: [file], isTrusted: true }).kind, 'pending');
    }
    const partly = parseClaudeSettings('{"enabledMcpjsonServers": ["srv"], "disabledMcpServers": 3}');
    assert.deepEqual(partly.enabledMcpjsonServers, ['srv']);
  });
});

describe('claudeApprovals', () => {
  const configuration = parseConfiguration('{"mcpServers": {"srv": {"command": "npx"}, "bad": {}}}');
  const source = (kind: SourceKind, folders: readonly string[]): ConfigurationSource => {
    return { id: kind, kind, uri: 'u', label: 'l', fileName: 'f', folders, configuration };
  };
  const kindOf = (kind: SourceKind, ...ofFolders: readonly ApprovalFacts[]) => {
    const folders = ofFolders.map((_, index) => `folder ${index}`);
    const byFolder = new Map(ofFolders.map((one, index) => [`folder ${index}`, one]));
    return claudeApprovals([source(kind, folders)], byFolder)
      .get(kind)
      ?.get('srv')?.kind;
  };

  it('are of the servers of .mcp.json files, as they are in the best of their folders', () => {
    assert.equal(kindOf('project', facts({})), 'pending');
    assert.equal(kindOf('project', facts({ local: disabled }), facts({ local: enabled })), 'approved');
    assert.equal(kindOf('project', facts({ local: off }), facts({ local: disabled })), 'rejected');
    assert.equal(kindOf('project'), undefined);
  });

  it('are of others only where they are switched off in every folder', () => {
    for (const kind of ['user', 'local'] as const) {
      assert.equal(kindOf(kind, facts({ local: disabled })), undefined);
      assert.equal(kindOf(kind, facts({ state: off })), 'disabled');
      assert.equal(kindOf(kind, facts({ state: off }), facts({})), undefined);
    }
  });

  it('are never of editors’ files, of an organization, or of what is invalid', () => {
    for (const kind of ['vscode', 'cursor', 'managed'] as const) {
      assert.equal(kindOf(kind, facts({ state: off, local: disabled })), undefined);
    }
    const approvals = claudeApprovals([source('project', ['x'])], new Map([['x', facts({})]]));
    assert.deepEqual([...(approvals.get('project')?.keys() ?? [])], ['srv']);
  });
});
