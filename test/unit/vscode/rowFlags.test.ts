import assert from 'node:assert/strict';
import type { OAuthConfiguration, ServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import type { AuthenticationStep } from '../../../src/core/oauth/authentication.ts';
import type { AccountSnapshot, ServerSnapshot } from '../../../src/core/serverSnapshot.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { accountContext, rowContext, rowFlags } from '../../../src/vscode/rowFlags.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const entry = { name: 'sentry', range: { offset: 0, length: 0 } };
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function remote(oauth?: OAuthConfiguration): ServerDefinition {
  return { ...entry, kind: 'remote', transport: 'http', url: 'https://mcp.example', headers: {}, oauth };
}

function server(state: ServerState, definition = remote()): ServerSnapshot {
  return {
    id: 'id',
    sourceId: 'file',
    sourceLabel: 'folder',
    uri: 'file',
    definition,
    state,
    hasSavedToken: false,
    accounts: [],
  };
}

function sse(): ServerDefinition {
  return { ...entry, kind: 'remote', transport: 'sse', url: 'https://mcp.example', headers: {} };
}

const authenticating = (step: AuthenticationStep) => server({ kind: 'authenticating', step });

describe('what menus tell servers apart by', () => {
  const needing = { kind: 'needsAuthentication' } as const;
  const table: readonly (readonly [string, ServerSnapshot, string])[] = [
    ['a server', server(needing), 'server:needsAuthentication:browser:deviceCode'],
    [
      'a server of an enterprise, which has its own page',
      server(needing, remote({ xaa: true, clientId: 'id' })),
      'server:needsAuthentication:browser',
    ],
    [
      'a server for client credentials',
      server(needing, remote({ grantType: 'client_credentials', clientId: 'id' })),
      'server:needsAuthentication',
    ],
    [
      'a server for a workload identity',
      server(needing, remote({ grantType: jwtBearer })),
      'server:needsAuthentication',
    ],
    [
      'a server with a session',
      { ...server({ kind: 'expired' }), session: summarizeSession(sampleSession()) },
      'server:expired:browser:deviceCode:mayAddAccount:refreshable:session',
    ],
    [
      'a process',
      server({ kind: 'stdio' }, { ...entry, kind: 'stdio', command: 'x', args: [], env: {} }),
      'server:stdio',
    ],
    [
      'a process that only leads on to a remote server',
      server(
        { kind: 'stdio' },
        {
          ...entry,
          kind: 'stdio',
          command: 'npx',
          args: [],
          env: {},
          bridge: { url: 'https://mcp.example', headers: {}, transport: 'http' },
        },
      ),
      'server:stdio:bridge',
    ],
    [
      'a process that is known to lead on to a host',
      server(
        { kind: 'stdio', bridgesTo: 'mcp.example' },
        {
          ...entry,
          kind: 'stdio',
          command: 'npx',
          args: [],
          env: {},
          bridge: { url: 'https://mcp.example', headers: {}, transport: 'http' },
        },
      ),
      'server:stdio:bridge',
    ],
    [
      'a WebSocket server, which nobody signs in to',
      server(
        { kind: 'headersOnly' },
        { ...entry, kind: 'remote', transport: 'ws', url: 'wss://mcp.example', headers: {} },
      ),
      'server:headersOnly',
    ],
    [
      'a sign-in that asks the server',
      authenticating('discovering'),
      'server:authenticating:browser:deviceCode',
    ],
    [
      'a sign-in in the browser',
      authenticating('waitingForBrowser'),
      'server:authenticating:browser:deviceCode:awaitsResponse',
    ],
    [
      'a sign-in by an address carried elsewhere',
      authenticating('waitingForPaste'),
      'server:authenticating:browser:deviceCode:awaitsResponse',
    ],
    [
      'a sign-in with a device code',
      authenticating('waitingForDevice'),
      'server:authenticating:browser:deviceCode:awaitsDevice',
    ],
  ];
  for (const [what, snapshot, context] of table) {
    it(`is ${context} for ${what}`, () => {
      assert.equal(rowContext(snapshot), context);
    });
  }

  const session = summarizeSession(sampleSession());
  const signedIn = (oauth?: OAuthConfiguration): ServerSnapshot => ({
    ...server({ kind: 'authenticated', refreshable: true }, remote(oauth)),
    session,
  });

  for (const [what, oauth, may] of [
    ['a server with a sign-in page', undefined, true],
    ['a server for client credentials', { grantType: 'client_credentials', clientId: 'id' }, false],
    ['a server of an enterprise', { xaa: true, clientId: 'id' }, false],
    ['a server for a workload identity', { grantType: jwtBearer }, false],
  ] as const) {
    const endpoint = {
      kind: 'url',
      url: new URL('https://mcp.example'),
      canonicalUrl: 'https://mcp.example',
    } as const;
    const read = { kind: 'used', sentence: 'Claude Code uses it.' } as const;
    const clientFlags = (changes: Partial<ServerSnapshot>) =>
      rowFlags({ ...signedIn(), endpoint, claudeCode: read, ...changes }).filter((flag) =>
        /UseIn|usedIn/.test(flag),
      );
    const claude = { client: 'claudeCode', fileName: '.mcp.json' } as const;
    const codex = { client: 'codex', fileName: '~/.codex/config.toml' } as const;
    for (const [what, changes, expected] of [
      ['with a session', {}, ['mayUseInClaudeCode', 'mayUseInCodex']],
      [
        'with a token only',
        { session: undefined, hasSavedToken: true },
        ['mayUseInClaudeCode', 'mayUseInCodex'],
      ],
      ['without either', { session: undefined }, []],
      ['of a file that Claude Code does not read', { claudeCode: undefined }, ['mayUseInCodex']],
      ['that Claude Code ignores', { claudeCode: { ...read, kind: 'ignored' } }, ['mayUseInCodex']],
      ['by events, which Codex does not speak', { definition: sse() }, ['mayUseInClaudeCode']],
      ['whose place another takes', { state: { kind: 'shadowed', by: 'x' } }, []],
      ['that Claude Code has', { usedBy: [claude] }, ['mayUseInCodex', 'usedInClaudeCode']],
      ['that Codex has', { usedBy: [codex] }, ['mayUseInClaudeCode', 'usedInCodex']],
      ['that both have', { usedBy: [claude, codex] }, ['usedInClaudeCode', 'usedInCodex']],
      ['that Codex has, signed out', { session: undefined, usedBy: [codex] }, ['usedInCodex']],
    ] as const) {
      it(`offers clients for a server ${what}: ${expected.join(', ') || 'none'}`, () => {
        assert.deepEqual(clientFlags(changes), expected);
      });
    }

    it(`lets ${may ? 'a further' : 'no further'} account be added at ${what}`, () => {
      assert.equal(rowFlags(signedIn(oauth)).includes('mayAddAccount'), may);
    });
  }

  it('lets no account be added where nobody is signed in', () => {
    assert.ok(!rowFlags(server(needing)).includes('mayAddAccount'));
  });

  it('says where there are several accounts, and which row is of the one that is used', () => {
    const account = (id: string, isUsed: boolean): AccountSnapshot => {
      return { id, accountId: id, name: id, isUsed, state: { kind: 'expired' }, session };
    };
    const accounts = [account('a', true), account('b', false)];
    assert.equal(
      rowContext({ ...signedIn(), accounts }),
      'server:authenticated:browser:deviceCode:mayAddAccount:severalAccounts:refreshable:session',
    );
    assert.ok(!rowFlags({ ...signedIn(), accounts: accounts.slice(1) }).includes('severalAccounts'));
    assert.deepEqual(accounts.map(accountContext), ['account:expired:used', 'account:expired:other']);
  });
});
