// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { parseClaudeState } from '../../../src/core/config/claudeState.ts';
import type { Dialect } from '../../../src/core/config/dialect.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { replaceBridge } from '../../../src/core/config/replaceBridge.ts';
import type { ServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import { anyText } from '../../support/anyText.ts';

function replaced(text: string, definition: ServerDefinition | undefined): string {
  assert.ok(definition?.kind === 'stdio');
  const { offset, length } = definition.range;
  const entry = replaceBridge(text, definition);
  assert.ok(entry !== undefined);
  return text.slice(0, offset) + entry + text.slice(offset + length);
}

function inFile(text: string, dialect?: Dialect): string {
  return replaced(text, parseConfiguration(text, dialect).servers[0]);
}

const lines = (...all: readonly string[]) => all.join('\n');

describe('replaceBridge', () => {
  it('keeps comments, other keys and the formatting', () => {
    const text = lines(
      '{',
      '  "servers": {',
      '    // the old way',
      '    "v0": {',
      '      "command": "npx", // why not',
      '      "args": ["mcp-remote", "https://mcp.example/mcp"],',
      '      /* of ours */',
      '      "gallery": ["a",   "b"]',
      '    },',
      '    "b" : {"command":"npx"}',
      '  },',
      '}',
    );
    assert.equal(
      inFile(text, { kind: 'vscode' }),
      lines(
        '{',
        '  "servers": {',
        '    // the old way',
        '    "v0": {',
        '      "type": "http",',
        '      "url": "https://mcp.example/mcp",',
        '      /* of ours */',
        '      "gallery": ["a",   "b"]',
        '    },',
        '    "b" : {"command":"npx"}',
        '  },',
        '}',
      ),
    );
  });

  for (const [what, indent, eol] of [
    ['four blanks', '    ', '\n'],
    ['tabs', '\t', '\n'],
    ['CRLF', '  ', '\r\n'],
  ] as const) {
    it(`writes headers in a file with ${what}`, () => {
      const start = ['mcp-remote', 'https://mcp.example/sse', '--header', 'Authorization:${AUTH}'];
      const entry = { command: 'npx', args: start, env: { AUTH: 'Bearer ${TOKEN}' } };
      const direct = {
        type: 'sse',
        url: 'https://mcp.example/sse',
        headers: { Authorization: 'Bearer ${TOKEN}' },
      };
      const write = (value: unknown) =>
        JSON.stringify({ mcpServers: { a: value } }, null, indent).replaceAll('\n', eol);
      assert.equal(inFile(write(entry)), write(direct));
    });
  }

  it('stays on one line', () => {
    const text =
      '{"mcpServers": {"a": {"type": "stdio", "command": "npx", "args": ["mcp-remote", "https://x.example"], "note": {"b": [1]}}}}';
    assert.equal(
      inFile(text),
      '{"mcpServers": {"a": { "type": "http", "url": "https://x.example", "note": { "b": [1] } }}}',
    );
  });

  it('changes the type where there is one', () => {
    const text = lines(
      '{"mcpServers": {',
      '  "a": {',
      '    "type": "stdio",',
      '    "command": "npx",',
      '    "args": ["mcp-remote", "https://x.example"]',
      '  }',
      '}}',
    );
    assert.deepEqual(JSON.parse(inFile(text)), {
      mcpServers: { a: { type: 'http', url: 'https://x.example' } },
    });
  });

  it('finds the entry deep in a ~/.claude.json', () => {
    const entry = { command: 'npx', args: ['mcp-remote', 'https://x.example'] };
    const state = { projects: { '/a': { mcpServers: { a: entry } } }, mcpServers: { a: { command: 'x' } } };
    const text = JSON.stringify(state, null, 2);
    const after = replaced(text, parseClaudeState(text).projects.get('/a')?.local.servers[0]);
    const direct = { type: 'http', url: 'https://x.example' };
    assert.equal(
      after,
      JSON.stringify({ ...state, projects: { '/a': { mcpServers: { a: direct } } } }, null, 2),
    );
  });

  it('does nothing where the text is no longer the one that was read', () => {
    const text = '{"mcpServers": {"a": {"command": "npx", "args": ["mcp-remote", "https://x.example"]}}}';
    const [definition] = parseConfiguration(text).servers;
    assert.ok(definition?.kind === 'stdio');
    for (const other of [` ${text}`, text.slice(1), '', text.replace('"a"', '"b"')]) {
      assert.equal(replaceBridge(other, definition), undefined);
    }
    const { bridge: _bridge, ...process } = definition;
    assert.equal(replaceBridge(text, process), undefined);
  });

  // V8's own parser (Node 24.21) can take the key `"\""` for `"\\"` where it has met a like object before.
  it('leaves everything else as it was, in any file', () => {
    const processOnly = /^(?:command|args|env|envFile|cwd|type|url|headers|__proto__)$/;
    const others = fc.dictionary(
      anyText().filter((key) => !processOnly.test(key)),
      fc.jsonValue(),
      { maxKeys: 3 },
    );
    const name = anyText().filter((one) => one !== '__proto__');
    const start = { command: 'npx', args: ['mcp-remote', 'https://x.example', '--header', 'A: b'] };
    fc.assert(
      fc.property(
        fc.tuple(name, others, others, fc.boolean()),
        fc.constantFrom(undefined, 1, 2, 4, '\t'),
        fc.constantFrom('\n', '\r\n'),
        ([key, before, after, hasType], indent, eol) => {
          const type = hasType ? { type: 'stdio' } : {};
          const entry = { ...before, ...start, ...type, ...after };
          const rest = { __before: 1, mcpServers: { [key]: entry, [`${key} too`]: { command: 'x' } } };
          const text = JSON.stringify(rest, null, indent).replaceAll('\n', eol);
          const { servers } = parseConfiguration(text);
          const result = parse(
            replaced(
              text,
              servers.find((server) => server.name === key),
            ),
          );
          const direct = { type: 'http', url: 'https://x.example', headers: { A: 'b' } };
          const { command: _command, args: _args, ...kept } = entry;
          const expected = { ...rest, mcpServers: { ...rest.mcpServers, [key]: { ...kept, ...direct } } };
          assert.deepEqual(result, parse(JSON.stringify(expected)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
