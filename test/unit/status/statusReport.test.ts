import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import schema from '../../../schemas/status.schema.json' with { type: 'json' };
import type { AccessEntry } from '../../../src/core/access/accessControl.ts';
import type { Program } from '../../../src/core/access/program.ts';
import { resolveEndpoint } from '../../../src/core/config/endpoint.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { resolveHeaders } from '../../../src/core/config/resolveHeaders.ts';
import { credentialChain } from '../../../src/core/credential/credentialChain.ts';
import type { AccountSnapshot, ServerSnapshot } from '../../../src/core/serverSnapshot.ts';
import { sessionState } from '../../../src/core/session/serverState.ts';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { onlyRow } from '../../../src/core/status/onlyRow.ts';
import { createStatusReport } from '../../../src/core/status/statusReport.ts';
import { statusText } from '../../../src/vscode/statusText.ts';
import { sampleServer, sampleSource } from '../../support/sampleServer.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';
import { sampleStates, stateKinds } from '../../support/sampleStates.ts';

const validate = new Ajv2020({
  allErrors: true,
  // Its pattern is checked here, so that no further library is needed for it.
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
}).compile(schema);

function assertValid(report: unknown): void {
  validate(JSON.parse(JSON.stringify(report)));
  assert.deepEqual(validate.errors ?? [], []);
}

const context = { now: sampleTime, workspaceTrusted: true };
const session = summarizeSession(sampleSession());

function account(name: string, isUsed: boolean): AccountSnapshot {
  const state = { kind: 'authenticated', refreshable: true } as const;
  return {
    id: `s/${name}`,
    accountId: name,
    name,
    isUsed,
    state,
    session: { ...session, accountName: name },
  };
}

const programs: Readonly<Record<Program['kind'], Program>> = {
  agentMode: { kind: 'agentMode', id: 'vscode.agentMode', label: 'VS Code agent mode' },
  claudeCode: { kind: 'claudeCode', id: 'claude-code', label: 'Claude Code' },
  codex: { kind: 'codex', id: 'codex', label: 'Codex' },
  extension: { kind: 'extension', id: 'some.one', label: 'Claude Code' },
  script: { kind: 'script', id: 'script:node', label: 'mcp-auth run by node' },
  terminal: { kind: 'terminal', id: 'terminal', label: 'mcp-auth in a terminal' },
};

function use(program: Program, lastUsedAt: number | undefined): AccessEntry {
  const serverUrl = 'https://linear.example/mcp?key=Zq7secret';
  return { program, serverUrl, serverName: 'linear', decision: 'always', lastUsedAt };
}

describe('the status report', () => {
  for (const [kind, states] of Object.entries(sampleStates)) {
    it(`of a server that is ${kind} is valid by its schema`, () => {
      const servers = states.map((state) => sampleServer('linear', { state }));
      const report = createStatusReport([sampleSource(servers)], context);
      assertValid(report);
      assert.deepEqual(
        report.servers.map((server) => server.state.kind),
        states.map(() => kind),
      );
    });
  }

  it('can have every kind of state that there is, and no other', () => {
    const kinds = schema.$defs.state.properties.kind.oneOf.map((one) => one.const);
    assert.deepEqual([...kinds].sort(), [...stateKinds].sort());
  });

  it('of no source, of an unreadable file and of every kind of entry is valid', () => {
    const { servers } = parseConfiguration(
      '{"mcpServers": {"a": {"command": "npx"}, "b": 3, "c": {"type": "sse", "url": "x"}, "d": {"type": "ws", "url": "wss://d.example"}}}',
    );
    const problem = { message: 'Not valid JSON.', range: { offset: 0, length: 0 } };
    const snapshots = servers.map((definition) => sampleServer('x', { definition }));
    const report = createStatusReport([{ ...sampleSource(snapshots), problem }], context);
    assertValid(report);
    assertValid(createStatusReport([], context));
    assert.deepEqual(
      report.servers.map(({ transport, url }) => [transport, url]),
      [
        ['stdio', undefined],
        ['unknown', undefined],
        ['sse', undefined],
        ['ws', 'wss://d.example'],
      ],
    );
    assert.equal(report.sources[0]?.problem, 'Not valid JSON.');
  });

  it('says of a session what is neither secret nor personal, with absolute times', () => {
    const expiresAt = sampleTime + 3_600_000;
    const accounts = [account('alice@example.com', true), account('bob@example.com', false)];
    const server = sampleServer('linear', {
      state: { kind: 'authenticated', refreshable: true, expiresAt },
      session: { ...session, accountName: 'alice@example.com' },
      accounts,
    });
    const report = createStatusReport([sampleSource([server])], context);
    assertValid(report);
    assert.deepEqual(report.servers[0], {
      source: 0,
      name: 'linear',
      transport: 'http',
      url: 'https://linear.example/mcp',
      state: {
        kind: 'authenticated',
        text: 'Authenticated · expires in 60 min. It is refreshed by itself.',
        expiresAt: '2030-01-01T01:00:00.000Z',
      },
      needsAttention: false,
      session: {
        issuer: 'https://as.example',
        scopes: ['mcp:tools'],
        expiresAt: '2030-01-01T01:00:00.000Z',
        refreshable: true,
        dpopBound: false,
        clientOrigin: 'dynamic',
        grant: 'authorizationCode',
        signedInAt: '2030-01-01T00:00:00.000Z',
      },
      accounts: 2,
    });
    assert.doesNotMatch(JSON.stringify(report), /alice|bob/);
  });

  it('says which programs have used the credential of a server, and when', () => {
    const uses = [use(programs.extension, sampleTime), use(programs.codex, sampleTime - 3_600_000)];
    const report = createStatusReport([sampleSource([sampleServer('linear', { uses })])], context);
    assertValid(report);
    assert.deepEqual(report.servers[0]?.usedBy, [
      { program: 'extension', name: 'Claude Code (some.one)', lastUsedAt: '2030-01-01T00:00:00.000Z' },
      { program: 'codex', name: 'Codex', lastUsedAt: '2029-12-31T23:00:00.000Z' },
    ]);
    assert.doesNotMatch(JSON.stringify(report), /Zq7secret/);
  });

  it('says nothing of programs where none has used it, or nobody knows when', () => {
    for (const uses of [[], [use(programs.codex, undefined), use(programs.codex, Number.NaN)]]) {
      const report = createStatusReport([sampleSource([sampleServer('linear', { uses })])], context);
      assertValid(report);
      assert.equal(report.servers[0]?.usedBy, undefined);
    }
  });

  it('can have every kind of program that there is, and no other', () => {
    const uses = Object.values(programs).map((program) => use(program, sampleTime));
    assertValid(createStatusReport([sampleSource([sampleServer('linear', { uses })])], context));
    assert.deepEqual([...schema.$defs.use.properties.program.enum].sort(), Object.keys(programs).sort());
  });

  it('is valid whatever number a stored record has for a time', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (expiresAt, createdAt) => {
        const server = sampleServer('a', {
          state: { kind: 'authenticated', refreshable: false, expiresAt },
          session: { ...session, expiresAt, createdAt },
        });
        assertValid(createStatusReport([sampleSource([server])], context));
      }),
    );
  });

  it('refuses what the schema does not describe', () => {
    const report = createStatusReport([sampleSource([sampleServer('a')])], context);
    for (const wrong of [
      { ...report, version: 2 },
      { ...report, extra: true },
      { ...report, servers: [{ ...report.servers[0], token: 'x' }] },
      { ...report, generatedAt: 'today' },
    ]) {
      assert.equal(validate(wrong), false);
    }
  });

  it('has room for the credential chain of a server', () => {
    const report = createStatusReport([sampleSource([sampleServer('a')])], context);
    const links = [{ kind: 'session', applies: true, reason: 'You are authenticated.' }];
    const servers = [{ ...report.servers[0], credential: { applies: 'session', links } }];
    assertValid({ ...report, servers });
  });

  it('describes every property', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) {
        return;
      }
      if ('type' in node && node.type === 'object') {
        assert.ok('additionalProperties' in node && node.additionalProperties === false, path);
      }
      for (const [name, value] of Object.entries('properties' in node ? (node.properties ?? {}) : {})) {
        if (!('description' in value) && !('$ref' in value)) {
          undescribed.push(`${path}/${name}`);
        }
      }
      for (const [name, value] of Object.entries(node)) {
        visit(value, `${path}/${name}`);
      }
    };
    visit(schema, '');
    assert.deepEqual(undescribed, []);
  });

  it('is about one row where that is wanted: a file, a server, or an account of one', () => {
    const servers = [sampleServer('a', { accounts: [account('x', true)] }), sampleServer('b')];
    const source = sampleSource(servers);
    const names = (id: string) =>
      createStatusReport(onlyRow([source], id), context).servers.map(({ name }) => name);
    assert.deepEqual(names(source.id), ['a', 'b']);
    assert.deepEqual(names('b'), ['b']);
    assert.deepEqual(names('s/x'), ['a']);
    assert.deepEqual(names('gone'), []);
  });
});

describe('secrets', () => {
  /** Letters and digits with a mark, so that none occurs by chance. */
  const secret = fc.stringMatching(/^[A-Za-z0-9]{6,30}$/).map((text) => `Zq7${text}`);

  /** The server that a file, the environment and the storage make, each with secrets where they can be. */
  function server(secrets: readonly string[]): ServerSnapshot {
    const [header, query, user, value, token, fallback] = secrets;
    const url = `https://${user}:${user}@h.example/\${PART}/\${D:-${fallback}}?key=${query}&v=\${PART}#${query}`;
    const configuration = parseConfiguration(
      JSON.stringify({
        mcpServers: {
          a: { type: 'http', url, headers: { 'X-Api-Key': header, Authorization: `Bearer ${header}` } },
        },
      }),
    );
    const [definition] = configuration.servers;
    assert.ok(definition?.kind === 'remote');
    const stored = sampleSession({
      client: { ...sampleSession().client, clientSecret: token, privateKey: token },
      tokens: { accessToken: token ?? '', refreshToken: token },
    });
    const endpoint = resolveEndpoint(definition, { PART: value });
    const state = sessionState(stored, { now: sampleTime });
    const credentials = credentialChain({
      definition,
      fileName: '.mcp.json',
      headers: resolveHeaders(definition, { PART: value }),
      session: 'usable',
      hasSavedToken: true,
    });
    return sampleServer('a', { definition, endpoint, state, credentials, session: summarizeSession(stored) });
  }

  it('in headers, URLs, the environment and sessions never appear in report or text', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 6, maxLength: 6 }), (secrets) => {
        const { definition, endpoint, ...rest } = server(secrets);
        // Also where the URL can be used, whatever its state says.
        const clean = resolveEndpoint(
          {
            ...(definition.kind === 'remote' ? definition : assert.fail()),
            url: `https://h.example/\${PART}`,
          },
          { PART: secrets[3] },
        );
        const session = { ...rest, definition, endpoint: clean };
        const states = Object.values(sampleStates).flat();
        const snapshot = [
          sampleSource([
            { ...rest, definition, endpoint },
            ...states.map((state): ServerSnapshot => ({ ...session, state })),
          ]),
        ];
        const shown = JSON.stringify(createStatusReport(snapshot, context)) + statusText(snapshot, context);
        for (const one of secrets) {
          assert.ok(!shown.includes(one), `${one} in ${shown}`);
        }
      }),
      { numRuns: 60 },
    );
  });
});
