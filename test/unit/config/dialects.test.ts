// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import type { Dialect } from '../../../src/core/config/dialect.ts';
import { type Configuration, parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';

const vscode: Dialect = { kind: 'vscode', workspaceFolder: '/work/shop' };
const cursor: Dialect = { kind: 'cursor', workspaceFolder: '/work/shop' };

/** Name and how it is reached, or the reason why it is not. */
function look({ servers }: Configuration): readonly (readonly [string, string])[] {
  return servers.map((server) => [
    server.name,
    server.kind === 'remote' ? server.transport : server.kind === 'invalid' ? server.reason : server.kind,
  ]);
}

describe('.vscode/mcp.json', () => {
  it('may have comments and trailing commas, tabs and CRLF, and any kind of entry', () => {
    const text = [
      '',
      '{',
      '\t// ours',
      '\t"servers": {',
      '\t\t"a": { "url": "https://mcp.example/mcp" },',
      '\t\t"b": { "type": "sse", "url": "https://mcp.example/sse" }, /* old */',
      '\t\t"owner/c": { "command": "npx", "args": ["c",], "gallery": "x", "version": "1" },',
      '\t\t"d": { "type": "stdio", "command": "npx" },',
      '\t\t"e": { "type": "http", "url": "https://${input:host}/sse", },',
      '\t},',
      '}',
    ].join('\r\n');
    const configuration = parseConfiguration(text, vscode);
    assert.equal(configuration.problem, undefined);
    assert.deepEqual(look(configuration), [
      ['a', 'http'],
      ['b', 'sse'],
      ['owner/c', 'stdio'],
      ['d', 'stdio'],
      ['e', 'http'],
    ]);
    const [first] = configuration.servers;
    assert.ok(first);
    const { offset, length } = first.range;
    assert.equal(text.slice(offset, offset + length), '"a": { "url": "https://mcp.example/mcp" }');
    assert.ok(configuration.servers.every(({ dialect }) => dialect === vscode));
  });

  it('declares what VS Code asks for; what is malformed is left out', () => {
    const inputs = [
      { id: 'pat', type: 'promptString', description: 'Token', password: true },
      { id: 3 },
      'x',
    ];
    const text = JSON.stringify({ inputs, servers: {} });
    assert.deepEqual(parseConfiguration(text, vscode).inputs, [{ id: 'pat', description: 'Token' }]);
    assert.equal(parseConfiguration('{"inputs": {}, "servers": {}}', vscode).inputs, undefined);
  });

  it('is no .mcp.json, and says so', () => {
    const configuration = parseConfiguration('{"mcpServers": {"a": {"command": "npx"}}}', vscode);
    assert.deepEqual(look(configuration), [['a', 'stdio']]);
    assert.match(
      configuration.problem?.message ?? '',
      /Missing "servers" — found "mcpServers" instead\. VS Code/,
    );
  });

  it('has nothing wrong with it where it has no servers', () => {
    for (const text of ['{}', '{"inputs": []}', '{"servers": {}}']) {
      assert.deepEqual(parseConfiguration(text, vscode), { servers: [], problem: undefined });
    }
  });

  it('says what is wrong beyond comments and commas', () => {
    const { problem } = parseConfiguration('{"servers": {"a": {"url" "x"}}}', vscode);
    assert.match(problem?.message ?? '', /^Not valid JSON: a missing colon\.$/);
  });

  it('knows no WebSocket and no made-up types', () => {
    const text = '{"servers": {"a": {"type": "ws", "url": "wss://x"}, "b": {"type": "docker"}}}';
    assert.deepEqual(look(parseConfiguration(text, vscode)), [
      ['a', '"type" "ws" is unknown: use "http", "sse" or "stdio".'],
      ['b', '"type" "docker" is unknown: use "http", "sse" or "stdio".'],
    ]);
  });
});

describe('.cursor/mcp.json', () => {
  it('takes a URL without a type, and other keys beside the servers', () => {
    const text =
      '{"version": 1, "mcpServers": {"Sentry": {"url": "https://mcp.example/mcp", "name": "x", "tools": []}, "b": {"command": "npx"}}}';
    const configuration = parseConfiguration(text, cursor);
    assert.equal(configuration.problem, undefined);
    assert.deepEqual(look(configuration), [
      ['Sentry', 'http'],
      ['b', 'stdio'],
    ]);
  });

  it('says of a truncated file what is missing', () => {
    const { servers, problem } = parseConfiguration('{\n  "mcpServers": {\n', cursor);
    assert.deepEqual(servers, []);
    assert.match(problem?.message ?? '', /^Not valid JSON: a missing "}"\.$/);
  });

  const authOf = (auth: unknown) => {
    const entry = { url: 'https://mcp.example', auth };
    const [server] = parseConfiguration(JSON.stringify({ mcpServers: { a: entry } }), cursor).servers;
    assert.ok(server?.kind === 'remote');
    return { oauth: server.oauth, notes: server.notes };
  };

  it('names a client and scopes in "auth"', () => {
    assert.deepEqual(authOf({ CLIENT_ID: 'id', scopes: ['read', 'write'] }), {
      oauth: { clientId: 'id', scopes: 'read write' },
      notes: undefined,
    });
  });

  it('has its client secret left where it is, with a note that never shows it', () => {
    const { oauth, notes } = authOf({ CLIENT_ID: 'id', CLIENT_SECRET: 'sk-secret-value' });
    assert.deepEqual(oauth, { clientId: 'id' });
    assert.equal(notes?.length, 1);
    assert.match(notes[0] ?? '', /CLIENT_SECRET" in the file is not used/);
    assert.equal(JSON.stringify([oauth, notes]).includes('sk-secret-value'), false);
  });

  it('has a client ID that is a variable left out, with a note', () => {
    const { oauth, notes } = authOf({ CLIENT_ID: '${env:ID}', scopes: [] });
    assert.equal(oauth, undefined);
    assert.match(notes?.[0] ?? '', /CLIENT_ID" is not expanded/);
  });

  it('has a malformed "auth" left out, with a note', () => {
    for (const auth of ['x', { scopes: 'read' }, null]) {
      assert.deepEqual(authOf(auth), { oauth: undefined, notes: ['"auth" is malformed and not used.'] });
    }
  });

  it('is where "auth" means something: elsewhere it is an unknown key', () => {
    const entry = { type: 'http', url: 'https://mcp.example', auth: { CLIENT_ID: 'id' } };
    const [server] = parseConfiguration(JSON.stringify({ mcpServers: { a: entry } })).servers;
    assert.ok(server?.kind === 'remote');
    assert.equal(server.oauth, undefined);
  });
});
