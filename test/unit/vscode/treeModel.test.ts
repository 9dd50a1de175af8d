import assert from 'node:assert/strict';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import type { AccountSnapshot, ServerSnapshot, SourceSnapshot } from '../../../src/core/serverSnapshot.ts';
import type { SessionSummary } from '../../../src/core/session/sessionSummary.ts';
import { changedRows, createTreeModel } from '../../../src/vscode/treeModel.ts';

const now = 1_800_000_000_000;
const minute = 60_000;

const session: SessionSummary = {
  issuer: 'https://as.example',
  scopes: ['read'],
  expiresAt: now + 60 * minute,
  refreshable: true,
  clientId: 'client',
  isBound: false,
  clientOrigin: 'dynamic',
  createdAt: now,
};

function server(name: string, state: ServerSnapshot['state'], withSession = false): ServerSnapshot {
  const [definition] = parseConfiguration(
    JSON.stringify({ mcpServers: { [name]: { type: 'http', url: `https://${name}.example/mcp` } } }),
  ).servers;
  assert.ok(definition);
  const place = {
    id: name,
    sourceId: 'file:///a',
    sourceLabel: 'a',
    uri: 'file:///a',
    hasSavedToken: false,
    accounts: [],
  };
  return { ...place, definition, state, ...(withSession ? { session } : {}) };
}

function source(id: string, servers: readonly ServerSnapshot[]): SourceSnapshot {
  return { id, kind: 'project', uri: id, label: id, fileName: '.mcp.json', folders: [], servers };
}

const idle = server('idle', { kind: 'needsAuthentication' });
const busy = server('one', { kind: 'authenticating', step: 'waitingForBrowser' });
const authenticated = server(
  'one',
  { kind: 'authenticated', expiresAt: session.expiresAt, refreshable: true },
  true,
);

function account(name: string, isUsed: boolean): AccountSnapshot {
  const { state } = authenticated;
  return {
    id: `one/${name}`,
    accountId: name,
    name,
    isUsed,
    state,
    session: { ...session, accountName: name },
  };
}

/** A server with two accounts, of which one is used. */
function shared(used: 'alice' | 'bob'): ServerSnapshot {
  return { ...authenticated, accounts: ['alice', 'bob'].map((name) => account(name, name === used)) };
}

describe('the model of the tree', () => {
  it('has a row for every file, problem, server and fact about a session', () => {
    const problem = { message: 'Not valid JSON.', range: { offset: 0, length: 1 } };
    const { roots, rows } = createTreeModel([{ ...source('a', [authenticated, idle]), problem }], now);
    assert.deepEqual(roots, ['source:a']);
    assert.deepEqual(rows.get('source:a')?.children, ['problem:a', 'server:one', 'server:idle']);
    assert.equal(rows.get('server:one')?.children.length, 7);
    assert.deepEqual(rows.get('server:idle')?.children, []);
  });

  for (const [grant, words] of [
    ['clientCredentials', 'client credentials'],
    ['enterprise', 'enterprise-managed authorization'],
    ['workload', 'workload identity'],
  ] as const) {
    it(`says that the tokens are obtained by ${words}`, () => {
      const machine = { ...authenticated, session: { ...session, grant } };
      const row = createTreeModel([source('a', [machine])], now).rows.get('detail:one#Grant');
      assert.deepEqual(row?.content, { kind: 'detail', label: 'Grant', value: words });
    });
  }

  it('says which clients get the credential', () => {
    const usedBy = [
      { client: 'claudeCode', fileName: '.mcp.json' },
      { client: 'codex', fileName: '~/.codex/config.toml' },
    ] as const;
    const { rows } = createTreeModel([source('a', [{ ...authenticated, usedBy }])], now);
    assert.ok(rows.get('server:one')?.children.includes('detail:one#Set up in'));
    assert.deepEqual(rows.get('detail:one#Set up in')?.content, {
      kind: 'detail',
      label: 'Set up in',
      value: 'Claude Code (.mcp.json), Codex (~/.codex/config.toml)',
    });
  });

  it('says first whose session it is', () => {
    const named = { ...authenticated, session: { ...session, accountName: 'alice@example.com' } };
    const { rows } = createTreeModel([source('a', [named])], now);
    const [first] = rows.get('server:one')?.children ?? [];
    assert.deepEqual(rows.get(first ?? '')?.content, {
      kind: 'detail',
      label: 'Account',
      value: 'alice@example.com',
    });
  });

  it('has the accounts below a server with several, and their sessions below them', () => {
    const { rows } = createTreeModel([source('a', [shared('alice')])], now);
    assert.deepEqual(rows.get('server:one')?.children, ['account:one/alice', 'account:one/bob']);
    assert.equal(rows.get('account:one/bob')?.children.length, 7);
    assert.deepEqual(rows.get('detail:one/bob#Account')?.content, {
      kind: 'detail',
      label: 'Account',
      value: 'bob',
    });
  });

  it('touches the server and both accounts, and none of their facts, when another one is used', () => {
    const before = createTreeModel([source('a', [shared('alice'), idle])], now);
    const after = createTreeModel([source('a', [shared('bob'), idle])], now);
    assert.deepEqual(changedRows(before, after), ['account:one/alice', 'account:one/bob', 'server:one']);
    assert.deepEqual(changedRows(after, createTreeModel([source('a', [shared('bob'), idle])], now)), []);
  });

  it('touches only the account that changed', () => {
    const before = createTreeModel([source('a', [shared('alice')])], now);
    const [one, other] = shared('alice').accounts;
    assert.ok(one && other);
    const after = [
      { ...shared('alice'), accounts: [one, { ...other, state: { kind: 'expired' } as const }] },
    ];
    assert.deepEqual(changedRows(before, createTreeModel([source('a', after)], now)), ['account:one/bob']);
  });

  it('renders a server anew when a further account comes', () => {
    const before = createTreeModel(
      [source('a', [{ ...authenticated, accounts: [account('alice', true)] }])],
      now,
    );
    const after = createTreeModel([source('a', [shared('alice')])], now);
    assert.deepEqual(changedRows(before, after), ['server:one']);
  });

  it('touches nothing when nothing looks different', () => {
    const model = createTreeModel([source('a', [authenticated, idle])], now);
    assert.deepEqual(changedRows(model, createTreeModel([source('a', [authenticated, idle])], now)), []);
  });

  it('touches only the server that changed', () => {
    const before = createTreeModel(
      [source('a', [server('one', { kind: 'needsAuthentication' }), idle])],
      now,
    );
    assert.deepEqual(changedRows(before, createTreeModel([source('a', [busy, idle])], now)), ['server:one']);
  });

  it('renders a server anew when it gets facts to unfold', () => {
    const before = createTreeModel([source('a', [busy, idle])], now);
    assert.deepEqual(changedRows(before, createTreeModel([source('a', [authenticated, idle])], now)), [
      'server:one',
    ]);
  });

  it('renders what tells a remaining time anew when the text changes, and nothing else', () => {
    const before = createTreeModel([source('a', [authenticated, idle])], now);
    assert.deepEqual(
      changedRows(before, createTreeModel([source('a', [authenticated, idle])], now + 1000)),
      [],
    );
    const later = createTreeModel([source('a', [authenticated, idle])], now + 5 * minute);
    assert.deepEqual(changedRows(before, later), ['detail:one#Expires', 'server:one']);
  });

  it('renders a file anew when a server of it comes or goes', () => {
    const before = createTreeModel([source('a', [idle]), source('b', [])], now);
    assert.deepEqual(
      changedRows(before, createTreeModel([source('a', [idle, busy]), source('b', [])], now)),
      ['source:a'],
    );
  });

  it('renders everything anew when a file comes or goes', () => {
    const before = createTreeModel([source('a', [idle])], now);
    assert.equal(changedRows(before, createTreeModel([source('a', [idle]), source('b', [])], now)), 'all');
  });
});
