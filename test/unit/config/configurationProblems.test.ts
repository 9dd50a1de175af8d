import assert from 'node:assert/strict';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';

interface Row {
  readonly what: string;
  readonly text: string;
  readonly message: RegExp;
  /** The text that the problem points at. */
  readonly at: string;
  /** Names of the servers that are listed nevertheless. */
  readonly servers?: readonly string[];
}

const entry = '"a": {"command": "npx"}';

const rows: readonly Row[] = [
  { what: 'an empty file', text: '', message: /^The file is empty\.$/, at: '' },
  { what: 'a blank file', text: ' \r\n\t', message: /^The file is empty\.$/, at: '' },
  { what: 'a lone byte order mark', text: '\uFEFF', message: /^The file is empty\.$/, at: '' },
  {
    what: 'a list',
    text: '[{"mcpServers": {}}]',
    message: /must hold a JSON object/,
    at: '[{"mcpServers": {}}]',
  },
  { what: 'a string', text: '"mcpServers"', message: /must hold a JSON object/, at: '"mcpServers"' },
  { what: 'null', text: 'null', message: /must hold a JSON object/, at: 'null' },
  { what: 'no JSON at all', text: 'mcp', message: /^Not valid JSON: an unknown word\.$/, at: 'mcp' },
  {
    what: 'text after the end',
    text: '{"mcpServers": {}} {',
    message: /^Not valid JSON: text after/,
    at: '{',
  },
  {
    what: 'a truncated file',
    text: `{"mcpServers": {${entry}, "b": {"url": "https://`,
    message: /^Not valid JSON: an unfinished string\.$/,
    at: '"https://',
  },
  {
    what: 'a comment',
    text: `{"mcpServers": {// mine\n${entry}}}`,
    message: /^Claude Code does not load this file: a comment is not valid JSON\.$/,
    at: '// mine',
    servers: ['a'],
  },
  {
    what: 'a trailing comma',
    text: `{"mcpServers": {${entry},}}`,
    message: /^Claude Code does not load this file: a missing property name \(a trailing comma\?\)/,
    at: '}',
    servers: ['a'],
  },
  {
    what: '"servers" as VS Code has it',
    text: `{"inputs": [], "servers": {${entry}}}`,
    message: /^Missing "mcpServers" — found "servers" instead\./,
    at: `"servers": {${entry}}`,
    servers: ['a'],
  },
  {
    what: 'a flat map as plugins have it',
    text: `{"_comment": "mine", ${entry}, "b": {"type": "http", "url": "https://b.example"}}`,
    message: /^Missing "mcpServers": servers belong into/,
    at: '{',
    servers: ['a', 'b'],
  },
  { what: 'an object of something else', text: '{"a": {"b": 1}}', message: /^Missing "mcpServers"/, at: '{' },
  { what: 'an empty object', text: '{}', message: /^Missing "mcpServers"/, at: '{' },
  {
    what: 'mcpServers that is a list',
    text: '{"mcpServers": [{"command": "npx"}]}',
    message: /^"mcpServers" must be an object\.$/,
    at: '"mcpServers": [{"command": "npx"}]',
  },
  {
    what: 'a control character in a string',
    text: `{"mcpServers": {"a": {"command": "n\u0001"}}}`,
    message: /^Not valid JSON: a control character\.$/,
    at: '"n\u0001"',
  },
];

describe('parseConfiguration of a file that clients reject', () => {
  for (const { what, text, message, at, servers = [] } of rows) {
    it(`says what is wrong and where with ${what}`, () => {
      const configuration = parseConfiguration(text);
      const { problem } = configuration;
      assert.ok(problem);
      assert.match(problem.message, message);
      const { offset, length } = problem.range;
      assert.equal(text.slice(offset, offset + length), at);
      assert.deepEqual(
        configuration.servers.map(({ name }) => name),
        servers,
      );
    });
  }

  for (const [what, text] of [
    ['lists', '['.repeat(100_000)],
    ['objects', '{"mcpServers":'.repeat(100_000)],
    ['closed lists', `{"mcpServers": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ] as const) {
    it(`survives ${what} nested a hundred thousand deep`, () => {
      const { servers, problem } = parseConfiguration(text);
      assert.deepEqual(servers, []);
      assert.match(problem?.message ?? '', /nested too deeply/);
    });
  }
});
