import assert from 'node:assert/strict';
import { type Configuration, parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import type { TextRange } from '../../../src/core/config/serverDefinition.ts';

const remote = '{"type": "http", "url": "https://mcp.example/mcp"}';

describe('parseConfiguration', () => {
  it('yields servers in the order of the file, also where names look like numbers', () => {
    const text = `{"mcpServers": {"z": ${remote}, "10": ${remote}, "2": {"command": "npx"}, "a": ${remote}}}`;
    const { servers, problem } = parseConfiguration(text);
    assert.equal(problem, undefined);
    assert.deepEqual(
      servers.map(({ name, kind }) => [name, kind]),
      [
        ['z', 'remote'],
        ['10', 'remote'],
        ['2', 'stdio'],
        ['a', 'remote'],
      ],
    );
  });

  it('keeps names as they are, whatever is in them', () => {
    const names = ['with space', 'a/b', 'a.b', '', 'näme', '\u202e', '__proto__', 'constructor', 'toString'];
    const entries = names.map((name) => `${JSON.stringify(name)}: ${remote}`);
    const { servers } = parseConfiguration(`{"mcpServers": {${entries.join(',')}}}`);
    assert.deepEqual(
      servers.map(({ name, kind }) => [name, kind]),
      names.map((name) => [name, 'remote']),
    );
    assert.equal(Object.hasOwn(Object.prototype, 'url'), false);
  });

  it('reads \\u escapes in names and values', () => {
    const { servers } = parseConfiguration(
      '{"mcpServers": {"\\u006din\\u0065": {"command": "C:\\\\users\\\\\\u0061"}}}',
    );
    const [server] = servers;
    assert.ok(server?.kind === 'stdio');
    assert.equal(server.name, 'mine');
    assert.equal(server.command, 'C:\\users\\a');
  });

  for (const [what, wrap] of [
    ['LF', (text: string) => text],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['tabs', (text: string) => text.replaceAll('  ', '\t')],
    ['leading blank lines', (text: string) => `\n\r\n${text}`],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
  ] as const) {
    it(`points at the whole entry, key included, in a text with ${what}`, () => {
      const text = wrap(`{\n  "mcpServers": {\n    "one": ${remote},\n    "two" : {}\n  }\n}\n`);
      const { servers, problem } = parseConfiguration(text);
      assert.equal(problem, undefined);
      assert.deepEqual(
        servers.map(({ range }) => slice(text, range)),
        [`"one": ${remote}`, '"two" : {}'],
      );
    });
  }

  it('lists malformed entries among the others, as invalid', () => {
    const malformed = ['null', '[]', '3', '"npx"', '{}', '{"type": "http"}', '{"url": ""}', '{"type": {}}'];
    const entries = malformed.flatMap((entry, index) => [
      `"bad${index}": ${entry}`,
      `"good${index}": ${remote}`,
    ]);
    const { servers, problem } = parseConfiguration(`{"mcpServers": {${entries.join(',')}}}`);
    assert.equal(problem, undefined);
    assert.deepEqual(
      servers.map(({ kind }) => kind),
      malformed.flatMap(() => ['invalid', 'remote']),
    );
  });

  it('lets the last of several entries of one name count, and says so at the others', () => {
    const text = `{"mcpServers": {"a": ${remote}, "b": ${remote}, "a": {"command": "npx"}}}`;
    const { servers } = parseConfiguration(text);
    assert.deepEqual(
      servers.map(({ name, kind }) => [name, kind]),
      [
        ['a', 'invalid'],
        ['b', 'remote'],
        ['a', 'stdio'],
      ],
    );
    const [first] = servers;
    assert.ok(first?.kind === 'invalid');
    assert.match(first.reason, /same name/);
    assert.equal(slice(text, first.range), `"a": ${remote}`);
  });

  it('lets the last of several mcpServers count', () => {
    const text = `{"mcpServers": {"a": ${remote}}, "mcpServers": {"b": ${remote}}}`;
    assert.deepEqual(names(parseConfiguration(text)), ['b']);
  });

  it('skips comments that are strings between servers, several under one name included', () => {
    const comments = '"$comment": "x", "_comment": "y", "//": "z", "_comment": "again"';
    const text = `{"mcpServers": {${comments}, "_server": ${remote}, "note": "no comment"}}`;
    const { servers } = parseConfiguration(text);
    assert.deepEqual(
      servers.map(({ name, kind }) => [name, kind]),
      [
        ['_server', 'remote'],
        ['note', 'invalid'],
      ],
    );
  });

  it('ignores other keys beside mcpServers', () => {
    const text = `{"$schema": "x", "inputs": [], "mcpServers": {"a": ${remote}}, "servers": {"b": ${remote}}}`;
    const configuration = parseConfiguration(text);
    assert.deepEqual(names(configuration), ['a']);
    assert.equal(configuration.problem, undefined);
  });

  it('finds nothing wrong with a file that has no servers', () => {
    assert.deepEqual(parseConfiguration('{"mcpServers": {}}'), { servers: [], problem: undefined });
  });

  it('gives up within time on megabytes of entries', () => {
    const entries = Array.from({ length: 100_000 }, (_, index) => `"a": ${index}`);
    assert.equal(parseConfiguration(`{"mcpServers": {${entries.join(',')}}}`).servers.length, 100_000);
    assert.match(parseConfiguration(' '.repeat(5_000_001)).problem?.message ?? '', /larger than 5 MB/);
  });
});

function slice(text: string, { offset, length }: TextRange): string {
  return text.slice(offset, offset + length);
}

function names({ servers }: Configuration): readonly string[] {
  return servers.map(({ name }) => name);
}
