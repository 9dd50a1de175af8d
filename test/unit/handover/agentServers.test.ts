// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import type { ServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import { type CredentialKind, credentialKinds } from '../../../src/core/credential/credentialChain.ts';
import { AuthError } from '../../../src/core/errors.ts';
import { type AgentServerRules, agentServers } from '../../../src/core/handover/agentServers.ts';
import { readByVsCode } from '../../../src/core/handover/readByVsCode.ts';
import type { ServerSnapshot, SourceSnapshot } from '../../../src/core/serverSnapshot.ts';
import { firstAccountId } from '../../../src/core/session/account.ts';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { sampleServer, sampleSource } from '../../support/sampleServer.ts';
import { sampleSession } from '../../support/sampleSession.ts';

const all: AgentServerRules = {
  isWanted: () => true,
  isPermitted: () => true,
  digest: (text) => text,
  read: readByVsCode('1.139.1'),
};

const session = summarizeSession(sampleSession());
const authenticated = { kind: 'authenticated', refreshable: true } as const;

function chain(applied: CredentialKind | undefined): Pick<ServerSnapshot, 'credentials'> {
  return {
    credentials: credentialKinds.map((kind) => ({ kind, applies: kind === applied, reason: 'For a test.' })),
  };
}

/** A server that the person is signed in to, with what differs. */
function signedIn(name: string, changes: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return sampleServer(name, { ...chain('session'), state: authenticated, session, ...changes });
}

function defined(name: string, changes: Readonly<Record<string, unknown>>): ServerDefinition {
  return { ...sampleServer(name).definition, ...changes } as ServerDefinition;
}

const labels = (servers: readonly ServerSnapshot[], rules: Partial<AgentServerRules> = {}) =>
  agentServers([sampleSource(servers)], { ...all, ...rules }).map(({ label }) => label);

describe('the servers that agent mode is offered', () => {
  const isRejected = false;
  const cases: readonly (readonly [string, ServerSnapshot, boolean])[] = [
    ['one with a session', signedIn('a'), true],
    ['one that is just refreshed', signedIn('a', { state: { kind: 'refreshing' } }), true],
    [
      'one whose session has expired, since taking it away would stop it',
      signedIn('a', { ...chain('oauth'), state: { kind: 'expired' } }),
      true,
    ],
    [
      'one that is signed in to again',
      signedIn('a', { ...chain('oauth'), state: { kind: 'authenticating', step: 'waitingForBrowser' } }),
      true,
    ],
    ['one that the person has signed out of', sampleServer('a', chain('oauth')), false],
    [
      'one that is signed in to for the first time',
      sampleServer('a', { ...chain('oauth'), state: { kind: 'authenticating', step: 'discovering' } }),
      false,
    ],
    [
      'one with a saved token',
      sampleServer('a', {
        ...chain('savedToken'),
        state: { kind: 'savedToken', headerName: 'Authorization', isRejected },
      }),
      true,
    ],
    [
      'one with a helper that may run',
      sampleServer('a', {
        ...chain('headersHelper'),
        state: { kind: 'headersHelper', run: 'notRun', isRejected },
      }),
      true,
    ],
    [
      'one with a helper that nobody has allowed to run',
      sampleServer('a', {
        ...chain('headersHelper'),
        state: { kind: 'headersHelper', run: 'notAllowed', isRejected },
      }),
      false,
    ],
    [
      'one whose helper has failed',
      sampleServer('a', {
        ...chain('oauth'),
        state: { kind: 'helperFailed', error: new AuthError('helper_failed', 'It failed.') },
      }),
      true,
    ],
    [
      'one that needs no credential',
      sampleServer('a', { ...chain(undefined), state: { kind: 'noAuthenticationNeeded' } }),
      false,
    ],
    [
      'one in whose place another is used',
      signedIn('a', { state: { kind: 'shadowed', by: '.mcp.json (shop)' } }),
      false,
    ],
    [
      'one that answers by WebSocket',
      signedIn('a', { definition: defined('a', { transport: 'ws' }) }),
      false,
    ],
    [
      'one whose URL is not known',
      signedIn('a', { endpoint: { kind: 'missingVariable', names: ['HOST'] } }),
      false,
    ],
  ];
  for (const [title, server, isOffered] of cases) {
    it(`${isOffered ? 'have' : 'leave out'} ${title}`, () => {
      assert.deepEqual(labels([server]), isOffered ? ['a (MCP Auth)'] : []);
    });
  }

  const header = { kind: 'staticHeader', fileName: 'f', headerName: 'Authorization', isRejected } as const;
  const withHeader = (value: string, url = 'https://a.example/mcp') =>
    sampleServer('a', {
      ...chain('authorizationHeader'),
      state: header,
      definition: defined('a', { url, headers: { Authorization: value } }),
    });
  const folder = 'file:///home/alice/shop';
  const own = { kind: 'project', uri: `${folder}/.mcp.json`, folders: [folder] } as const;
  const places: readonly (readonly [string, Partial<SourceSnapshot>, ServerSnapshot, boolean])[] = [
    ['that VS Code reads itself', own, withHeader('Bearer x'), false],
    ['with a variable that VS Code would send as it is written', own, withHeader('Bearer ${TOKEN}'), true],
    ['at a URL that VS Code would not expand', own, withHeader('Bearer x', 'https://${HOST}/mcp'), true],
    ['of a file above the workspace', { ...own, folders: [`${folder}/web`] }, withHeader('Bearer x'), true],
    ['of the mcp.json of VS Code', { kind: 'vscode' }, withHeader('Bearer ${env:TOKEN}'), false],
    ['of a file in the home folder', { kind: 'user' }, withHeader('Bearer x'), true],
  ];
  for (const [title, place, server, isOffered] of places) {
    it(`${isOffered ? 'have' : 'leave out'} one whose header is in a file, ${title}`, () => {
      const offered = agentServers([{ ...sampleSource([server]), ...place }], all);
      assert.equal(offered.length, isOffered ? 1 : 0);
    });
  }

  const readers: readonly (readonly [string, SourceSnapshot['kind'], boolean])[] = [
    ['1.137.0', 'project', true],
    ['1.138.0', 'project', false],
    ['1.138.0-insider', 'project', false],
    ['2.0.0', 'project', false],
    ['1.105.1', 'vscode', false],
  ];
  for (const [version, kind, isOffered] of readers) {
    it(`${isOffered ? 'have' : 'leave out'} one whose header is in a ${kind} file, in VS Code ${version}`, () => {
      const source = { ...sampleSource([withHeader('Bearer x')]), ...own, kind };
      const offered = agentServers([source], { ...all, read: readByVsCode(version) });
      assert.equal(offered.length, isOffered ? 1 : 0);
    });
  }

  it('leave out those that the person does not want there, and those that the organization forbids', () => {
    const servers = [signedIn('a'), signedIn('b'), signedIn('c')];
    assert.deepEqual(labels(servers, { isWanted: (name) => name !== 'b' }), ['a (MCP Auth)', 'c (MCP Auth)']);
    const isPermitted: AgentServerRules['isPermitted'] = ({ name, url }) =>
      name !== 'a' && url.hostname !== 'c.example';
    assert.deepEqual(labels(servers, { isPermitted }), ['b (MCP Auth)']);
  });

  it('have one URL once, also where the first entry for it is not wanted', () => {
    const same = signedIn('b', { endpoint: signedIn('a').endpoint });
    assert.deepEqual(labels([signedIn('a'), same]), ['a (MCP Auth)']);
    assert.deepEqual(labels([signedIn('a'), same], { isWanted: (name) => name === 'b' }), ['b (MCP Auth)']);
  });

  it('have one URL twice where entries send different headers', () => {
    const { endpoint } = signedIn('a');
    const other = signedIn('b', { endpoint, definition: defined('b', { headers: { 'X-Team': '1' } }) });
    assert.deepEqual(labels([signedIn('a'), other]), ['a (MCP Auth)', 'b (MCP Auth)']);
  });
});

describe('the label of a server in agent mode', () => {
  it('tells namesakes apart by where they come from, and by a number where that is the same', () => {
    const namesake = (host: string, sourceLabel: string) =>
      signedIn(host, { definition: defined(host, { name: 'api' }), sourceLabel });
    assert.deepEqual(labels([namesake('a', 'one'), namesake('b', 'two'), namesake('c', 'two')]), [
      'api (MCP Auth)',
      'api (MCP Auth, two)',
      'api (MCP Auth, two, 2)',
    ]);
  });

  it('is no name that a repository gives to a server of its own', () => {
    assert.deepEqual(labels([signedIn('a'), sampleServer('a (MCP Auth)')]), ['a (MCP Auth, shop)']);
  });

  it('shows no characters that cannot be seen, and no more of a name than fits', () => {
    const definition = defined('a', { name: `a\u202e\n${'b'.repeat(100)}` });
    assert.deepEqual(labels([signedIn('a', { definition })]), [`a  ${'b'.repeat(57)}… (MCP Auth)`]);
  });
});

describe('the version of a server in agent mode', () => {
  const version = (server: ServerSnapshot) =>
    agentServers([sampleSource([server])], { ...all, digest: (text) => `${text.length}.${hash(text)}` })[0]
      ?.version;
  const hash = (text: string) => [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 1e9, 7);
  const account = (accountId: string) => ({
    accounts: [{ id: accountId, accountId, name: 'x', isUsed: true, state: authenticated, session }],
  });
  const first = version(signedIn('a', account(firstAccountId)));

  it('stays while tokens, states and values of headers change', () => {
    const headers = (value: string) => ({ definition: defined('a', { headers: { 'X-Team': value } }) });
    const later = { ...session, expiresAt: 1, createdAt: 2 };
    const state = { kind: 'expired' } as const;
    assert.equal(
      version(signedIn('a', { ...account(firstAccountId), ...chain('oauth'), session: later, state })),
      first,
    );
    assert.equal(version(signedIn('a', headers('1'))), version(signedIn('a', headers('2'))));
  });

  const withSlash = {
    kind: 'url',
    url: new URL('https://a.example/mcp/'),
    canonicalUrl: 'https://a.example/mcp',
  } as const;
  const changes: readonly (readonly [string, Partial<ServerSnapshot>])[] = [
    ['the URL', { ...account(firstAccountId), endpoint: signedIn('b').endpoint }],
    ['no more of the URL than a slash', { ...account(firstAccountId), endpoint: withSlash }],
    ['the transport', { ...account(firstAccountId), definition: defined('a', { transport: 'sse' }) }],
    [
      'the names of headers',
      { ...account(firstAccountId), definition: defined('a', { headers: { X: '1' } }) },
    ],
    ['the helper', { ...account(firstAccountId), definition: defined('a', { headersHelper: 'get' }) }],
    ['the account', account('another')],
  ];
  for (const [what, change] of changes) {
    it(`changes with ${what}`, () => assert.notEqual(version(signedIn('a', change)), first));
  }
});
