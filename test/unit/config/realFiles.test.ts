// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import type { Dialect } from '../../../src/core/config/dialect.ts';
import { resolveEndpoint } from '../../../src/core/config/endpoint.ts';
import { missingVariables } from '../../../src/core/config/missingVariables.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { resolveHeaders } from '../../../src/core/config/resolveHeaders.ts';
import type { ServerDefinition } from '../../../src/core/config/serverDefinition.ts';

/** What the files of this world say, trait by trait (mcp-json-facts §8). */
interface Trait {
  readonly what: string;
  readonly text: string;
  readonly dialect?: Dialect;
  /** Each server as {@link look} tells of it. */
  readonly servers: Readonly<Record<string, string>>;
  readonly problem?: RegExp;
}

const environment = { TOKEN: 'sk-secret-value' };

function look(server: ServerDefinition): string {
  switch (server.kind) {
    case 'invalid':
      return server.reason;
    case 'stdio': {
      const missing = missingVariables(server, environment).map((name) => ` without ${name}`);
      return `process${server.bridge ? ` to ${server.bridge.url}` : ''}${missing.join('')}`;
    }
    case 'remote': {
      const endpoint = resolveEndpoint(server, environment);
      const { unresolved } = resolveHeaders(server, environment);
      const missing = unresolved.flatMap((one) => [...one.missing, ...one.inputs]);
      const where =
        endpoint.kind === 'url'
          ? endpoint.canonicalUrl
          : endpoint.kind === 'invalid'
            ? endpoint.reason
            : `? ${endpoint.names.join()}`;
      return `${server.transport} ${where}${missing.map((name) => ` without ${name}`).join('')}`;
    }
  }
}

const wrapped = (entries: object) => JSON.stringify({ mcpServers: entries }, null, 2);
const url = 'https://mcp.example/mcp';

const traits: readonly Trait[] = [
  {
    what: 'the two most common kinds of entry',
    text: wrapped({ a: { command: 'npx', args: ['-y', 'x'] }, b: { type: 'http', url } }),
    servers: { a: 'process', b: `http ${url}` },
  },
  {
    what: 'the other ways to name a transport',
    text: wrapped({
      a: { type: 'stdio', command: 'x' },
      b: { type: 'streamable-http', url },
      c: { type: 'sse', url: 'https://mcp.example/sse' },
      d: { type: 'http', url: 'https://mcp.example/sse' },
      e: { url },
    }),
    servers: {
      a: 'process',
      b: `http ${url}`,
      c: 'sse https://mcp.example/sse',
      d: 'http https://mcp.example/sse',
      e: '"url" without "type": add "type": "http" (or "sse").',
    },
  },
  {
    what: 'a flat map, as plugins have it',
    text: JSON.stringify({ github: { type: 'http', url }, local: { command: '${CLAUDE_PLUGIN_ROOT}/x' } }),
    servers: { github: `http ${url}`, local: 'process' },
    problem: /^Missing "mcpServers"/,
  },
  {
    what: 'keys beyond the schema, in entries and beside them',
    text: JSON.stringify({
      $schema: 'x',
      _comment: 'x',
      globalShortcut: '',
      staggeredStartup: {},
      mcpServers: {
        $comment: 'between',
        a: { type: 'http', url, enabled: false, timeout_ms: 1, link: 'x', title: 'x', note: 'x', _meta: {} },
        b: { command: 'x', alwaysAllow: ['y'], cwd: '/z', disabledTools: [], description: 'x' },
      },
    }),
    servers: { a: `http ${url}`, b: 'process' },
  },
  {
    what: 'every way to write a variable, those of other clients included',
    text: wrapped({
      set: { type: 'http', url, headers: { Authorization: 'Bearer ${TOKEN}' } },
      unset: { type: 'http', url, headers: { Authorization: 'Bearer ${NONE}' } },
      defaults: { type: 'http', url: 'https://${HOST:-mcp.example}/mcp', headers: { A: '${NONE:-}' } },
      process: { command: 'x', args: ['${CLAUDE_PROJECT_DIR:-.}'], env: { DATABASE: '${DATABASE}' } },
      foreign: { type: 'http', url, headers: { Authorization: '${input:token} ${env:TOKEN}' } },
    }),
    servers: {
      set: `http ${url}`,
      unset: `http ${url} without NONE`,
      defaults: `http ${url}`,
      process: 'process without DATABASE',
      // Claude Code sends them as they are written.
      foreign: `http ${url}`,
    },
  },
  {
    what: 'URLs that are none, one of them an attack',
    text: wrapped({
      empty: { type: 'http', url: '' },
      attack: { type: 'http', url: '-Kplugins/x/exploit.conf' },
      placeholder: { type: 'http', url: '~~https://mcp.example~~' },
      paste: { type: 'http', url: '<paste your URL>' },
      nothing: { link: 'https://mcp.example' },
    }),
    servers: {
      empty: '"url" is empty.',
      attack: 'http "url" is not a URL: it must start with https://.',
      placeholder: 'http "url" is not a URL: it must start with https://.',
      paste: 'http "url" is not a URL: it must start with https://.',
      nothing: 'Neither "command" nor "url" is set.',
    },
  },
  {
    what: 'unusual names and URLs',
    text: wrapped({
      'Google Drive': { type: 'http', url },
      'owner/x.y': { type: 'http', url },
      plain: { type: 'http', url: 'http://mcp.example/mcp' },
      query: { type: 'http', url: 'https://mcp.example/mcp?features=a%2Cb&read_only=true' },
    }),
    servers: {
      'Google Drive': `http ${url}`,
      'owner/x.y': `http ${url}`,
      plain: 'http http://mcp.example/mcp',
      query: 'http https://mcp.example/mcp?features=a%2Cb&read_only=true',
    },
  },
  {
    what: 'no server at all',
    text: '{\n  "_comment": "später",\n  "mcpServers": {}\n}',
    servers: {},
  },
  {
    what: 'bridges that hide a remote server',
    text: wrapped({
      a: { command: 'npx', args: ['mcp-remote', url, '--header', 'Authorization:Bearer ${NONE}'] },
      b: { command: 'cmd', args: ['/c', 'npx', '-y', 'mcp-remote@latest', url] },
      c: { command: 'bash', args: ['scripts/server.sh'] },
    }),
    servers: { a: `process to ${url} without NONE`, b: `process to ${url}`, c: 'process' },
  },
  {
    what: 'secrets in an environment, some inside a JSON string, and Windows paths',
    text: '\n{"mcpServers": {"a": {"command": "C:\\\\Users\\\\me\\\\x.exe", "env": {"HEADERS": "{\\"Authorization\\": \\"Bearer x\\"}", "\\u004bEY": ""}}}}',
    servers: { a: 'process' },
  },
  {
    what: 'a helper with escaped quotes, placeholders in headers',
    text: wrapped({
      a: { type: 'http', url, headersHelper: 'sh -c "echo \\"{}\\""', headers: { A: 'your-key-here' } },
    }),
    servers: { a: `http ${url}` },
  },
  {
    what: 'an input that nobody declares',
    text: '{\n\t"inputs": [{"id": "token", "type": "promptString"}],\n\t"servers": {\n\t\t"a": {"url": "https://mcp.example/mcp", "headers": {"Authorization": "Bearer ${input:github_pat}"}},\n\t}\n}',
    dialect: { kind: 'vscode' },
    servers: { a: `http ${url} without github_pat` },
  },
  {
    what: 'a file that ends too early',
    text: '{\r\n  "mcpServers": {\r\n    "a": {"command": "x"},\r\n',
    servers: {},
    problem: /^Not valid JSON/,
  },
];

describe('files as people write them', () => {
  for (const { what, text, dialect, servers, problem } of traits) {
    it(`load with the right servers and reasons: ${what}`, () => {
      const configuration = parseConfiguration(text, dialect);
      assert.deepEqual(
        Object.fromEntries(configuration.servers.map((server) => [server.name, look(server)])),
        servers,
      );
      assert.match(configuration.problem?.message ?? '', problem ?? /^$/);
      for (const { name, range } of configuration.servers) {
        assert.ok(text.slice(range.offset).startsWith(JSON.stringify(name)));
      }
    });
  }
});
