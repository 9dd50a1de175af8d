import assert from 'node:assert/strict';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { statusText } from '../../../src/vscode/statusText.ts';
import { sampleServer, sampleSource } from '../../support/sampleServer.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

const context = { now: sampleTime, workspaceTrusted: true };
const session = summarizeSession(sampleSession());
const authenticated = { kind: 'authenticated', refreshable: true, expiresAt: session.expiresAt } as const;

describe('the status as text', () => {
  it('says of every server of every file where it stands, and of a session all its facts', () => {
    const servers = [
      sampleServer('sentry', { state: authenticated, session: { ...session, accountName: 'alice' } }),
      sampleServer('linear'),
    ];
    const lines = statusText([sampleSource(servers)], context).split('\n');
    assert.deepEqual(lines.slice(0, 10), [
      '2 MCP servers, 1 server needs you.',
      '',
      'shop (.mcp.json)',
      '',
      '    sentry',
      '        Authenticated · expires in 60 min. It is refreshed by itself.',
      '        http · https://sentry.example/mcp',
      '        Account           alice',
      '        Issuer            https://as.example',
      '        Scopes            mcp:tools',
    ]);
    assert.ok(lines.includes('    linear'));
  });

  it('says where the credential comes from, and what Claude Code makes of the entry', () => {
    const credentials = [
      { kind: 'session', applies: false, reason: 'You are not signed in.' },
      { kind: 'oauth', applies: true, reason: 'The server asks for authentication.' },
    ] as const;
    const claudeCode = { kind: 'pending', sentence: 'Claude Code asks before it uses this server.' } as const;
    const text = statusText([sampleSource([sampleServer('sentry', { credentials, claudeCode })])], context);
    assert.match(text, /^ {8}Credential: OAuth\. The server asks for authentication\.$/m);
    assert.match(text, /^ {8}Claude Code asks before it uses this server\.$/m);
    assert.doesNotMatch(text, /not signed in/);
  });

  it('says which programs have used the credential last', () => {
    const program = { kind: 'codex', id: 'codex', label: 'Codex' } as const;
    const entry = { program, serverUrl: 'https://sentry.example/mcp', serverName: 'sentry' };
    const uses = [{ ...entry, decision: 'always', lastUsedAt: sampleTime - 180_000 }] as const;
    const used = statusText([sampleSource([sampleServer('sentry', { uses })])], context);
    assert.match(used, /^ {8}Last used by Codex 3 min ago\.$/m);
    assert.doesNotMatch(statusText([sampleSource([sampleServer('sentry')])], context), /used by/);
  });

  it('has each account of a server with several', () => {
    const account = (name: string, isUsed: boolean) => {
      const summary = { ...session, accountName: name };
      return { id: name, accountId: name, name, isUsed, state: authenticated, session: summary };
    };
    const accounts = [account('alice', false), account('bob', true)];
    const server = sampleServer('sentry', { state: authenticated, session, accounts });
    const text = statusText([sampleSource([server])], context);
    assert.match(text, /^ {8}alice: Authenticated/m);
    assert.match(text, /^ {8}bob \(used here\): Authenticated/m);
    assert.equal(text.match(/^ {12}Issuer /gm)?.length, 2);
  });

  it('says that nothing is contacted, and what is wrong with a file', () => {
    const problem = { message: 'Not valid JSON.', range: { offset: 0, length: 0 } };
    assert.equal(
      statusText([{ ...sampleSource([]), problem }], { ...context, workspaceTrusted: false }),
      '0 MCP servers, none needs you.\nThis workspace is not trusted: its servers are listed, but nothing is contacted.\n\nshop (.mcp.json)\n    Not valid JSON.\n',
    );
  });

  it('lets no name break a line or turn it around', () => {
    const text = statusText([sampleSource([sampleServer('a\n  fake: authenticated\u202e')])], context);
    assert.ok(!text.includes('\u202e'));
    assert.doesNotMatch(text, /^\s*fake/m);
  });
});
