import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  hasAuthorization,
  readClaudeEntry,
  restoreEntry,
  unwireEntry,
  wireCopy,
  wireEntry,
} from '../../../src/core/config/wireClaude.ts';
import { AuthError } from '../../../src/core/errors.ts';

const command = 'mcp-auth headers';
const linear = { name: 'linear' };
const invalid = { code: 'invalid_definition' };

const layouts: readonly (readonly [string, string, string])[] = [
  [
    'on lines of its own',
    '{\n  "mcpServers": {\n    "linear": {\n      "type": "http",\n      "url": "https://x.example"\n    }\n  }\n}\n',
    '{\n  "mcpServers": {\n    "linear": {\n      "type": "http",\n      "url": "https://x.example",\n      "headersHelper": "mcp-auth headers"\n    }\n  }\n}\n',
  ],
  [
    'with tabs and CRLF',
    '{\r\n\t"mcpServers": {\r\n\t\t"linear": {\r\n\t\t\t"type": "http"\r\n\t\t}\r\n\t}\r\n}',
    '{\r\n\t"mcpServers": {\r\n\t\t"linear": {\r\n\t\t\t"type": "http",\r\n\t\t\t"headersHelper": "mcp-auth headers"\r\n\t\t}\r\n\t}\r\n}',
  ],
  [
    'on one line among others',
    '{\n  "mcpServers": {\n    "linear": { "type": "http", "url": "x" },\n    "b": {}\n  }\n}',
    '{\n  "mcpServers": {\n    "linear": { "type": "http", "url": "x", "headersHelper": "mcp-auth headers" },\n    "b": {}\n  }\n}',
  ],
  [
    'without any space',
    '{"mcpServers":{"linear":{"type":"http"}}}',
    '{"mcpServers":{"linear":{"type":"http","headersHelper":"mcp-auth headers"}}}',
  ],
  [
    'with a byte order mark',
    '\uFEFF{"mcpServers": {"linear": {"type": "http"}}}',
    '\uFEFF{"mcpServers": {"linear": {"type": "http", "headersHelper": "mcp-auth headers"}}}',
  ],
  [
    'with another helper, which is replaced',
    '{"mcpServers": {"linear": {"headersHelper": "op read x", "type": "http"}}}',
    '{"mcpServers": {"linear": {"headersHelper": "mcp-auth headers", "type": "http"}}}',
  ],
];

describe('the entry of a server in a file of Claude Code', () => {
  for (const [what, before, after] of layouts) {
    it(`gets our helper, laid out as it is: ${what}`, () => {
      assert.equal(wireEntry(before, linear, command), after);
      const previous = readClaudeEntry(before, linear);
      assert.equal(restoreEntry(after, linear, previous), before);
    });
  }

  it('is found in a project of Windows whatever the case of its drive, and changed where it is', () => {
    const entry = { ...linear, project: 'C:/shop' };
    const before = '{"projects": {"c:/shop": {"mcpServers": {"linear": {"type": "http"}}}}}';
    const after = wireEntry(before, entry, command);
    assert.equal(
      after,
      '{"projects": {"c:/shop": {"mcpServers": {"linear": {"type": "http", "headersHelper": "mcp-auth headers"}}}}}',
    );
    assert.equal(unwireEntry(after, entry), before);
    assert.equal(
      wireCopy('{"projects": {}}', entry, { original: {}, command }),
      '{"projects": { "C:/shop": { "mcpServers": { "linear": { "headersHelper": "mcp-auth headers" } } } }}',
    );
  });

  it('keeps everything else byte for byte, whatever the file, and gives it back', () => {
    const space = fc.constantFrom<string | number | undefined>(undefined, 1, 2, 4, '\t');
    const servers = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), {
      noNullPrototype: true,
    });
    const others = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    const entry = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(
        fc.tuple(servers, others, entry, space, fc.string()),
        ([servers_, other, value, indent, name]) => {
          fc.pre(!hasAuthorization(value) && !('headersHelper' in value));
          const file = { ...other, mcpServers: { ...servers_, [name]: value } };
          const before = JSON.stringify(file, null, indent);
          const after = wireEntry(before, { name }, command);
          const expected = {
            ...file,
            mcpServers: { ...file.mcpServers, [name]: { ...value, headersHelper: command } },
          };
          assert.deepEqual(JSON.parse(after), JSON.parse(JSON.stringify(expected)));
          assert.equal(unwireEntry(after, { name }), before);
          // One stretch of text is new, and nothing is gone.
          assert.ok(isWithin(before, after));
        },
      ),
    );
  });

  for (const [what, text, sentence] of [
    ['is no JSON', '{"mcpServers": {', /not valid JSON.*not changed/],
    ['has a comment, which Claude Code rejects', '{"mcpServers": {"linear": {} /* x */}}', /not valid JSON/],
    ['does not have the server', '{"mcpServers": {}}', /no longer in the file/],
    ['is wrapped as VS Code has it', '{"servers": {"linear": {}}}', /no longer in the file/],
    ['holds no object', '[]', /no longer in the file/],
    ['has an entry that is none', '{"mcpServers": {"linear": 7}}', /no longer in the file/],
    [
      'has an Authorization header',
      '{"mcpServers": {"linear": {"headers": {"authorization": ""}}}}',
      /Authorization header, which comes first/,
    ],
  ] as const) {
    it(`is not touched in a file that ${what}`, () => {
      assert.throws(
        () => wireEntry(text, linear, command),
        (error) =>
          error instanceof AuthError && error.code === 'invalid_definition' && sentence.test(error.message),
      );
    });
  }

  it('is edited where it counts, if there are two of its name', () => {
    const text = '{"mcpServers": {"linear": {"a": 1}, "linear": {"b": 2}}}';
    assert.equal(
      wireEntry(text, linear, command),
      '{"mcpServers": {"linear": {"a": 1}, "linear": {"b": 2, "headersHelper": "mcp-auth headers"}}}',
    );
  });

  it("keeps somebody else's helper when MCP Auth is no longer to be used", () => {
    const text = '{"mcpServers": {"linear": {"headersHelper": "mcp-auth headers; id"}}}';
    assert.throws(() => unwireEntry(text, linear), invalid);
  });
});

describe('the entry of local scope in ~/.claude.json', () => {
  const local = { name: 'linear', project: '/home/alice/shop' };
  const original = { type: 'http', url: 'https://x.example', oauth: { clientId: 'id' } };
  const personal = "'/home/alice b/mcp-auth' headers";
  const shim = '/home/alice b/mcp-auth';

  const state = (projects: unknown) => JSON.stringify({ numStartups: 7, projects, userID: 'u' }, null, 2);

  for (const [what, projects] of [
    [
      'without servers',
      { '/home/alice/shop': { allowedTools: [], mcpServers: {}, hasTrustDialogAccepted: true } },
    ],
    ['with another server', { '/home/alice/shop': { mcpServers: { other: { type: 'http', url: 'y' } } } }],
    ['without a place for servers', { '/home/alice/shop': { history: [] }, '/': {} }],
    ['that is not known', {}],
  ] as const) {
    it(`is a copy of the whole entry, in a project ${what}, and goes away again`, () => {
      const before = state(projects);
      const after = wireCopy(before, local, { original, command: personal });
      assert.deepEqual(readClaudeEntry(after, local), { ...original, headersHelper: personal });
      // As Claude Code writes it.
      assert.equal(after, JSON.stringify(JSON.parse(after), null, 2));
      const undone = JSON.parse(unwireEntry(after, local, { original, shim }));
      const { [local.project]: project, ...others } = undone.projects;
      assert.deepEqual(project.mcpServers.linear, undefined);
      assert.deepEqual(others, JSON.parse(before).projects['/'] === undefined ? {} : { '/': {} });
    });
  }

  it('is gone without a trace where there was a place for it', () => {
    const before = state({ '/home/alice/shop': { mcpServers: {} } });
    const after = wireCopy(before, local, { original, command: personal });
    assert.equal(unwireEntry(after, local, { original, shim }), before);
  });

  it('stays, without the helper, where it is more than a copy', () => {
    const own = { ...original, timeout: 9 };
    const before = state({ '/home/alice/shop': { mcpServers: { linear: own } } });
    const after = wireCopy(before, local, { original, command: personal });
    assert.deepEqual(readClaudeEntry(after, local), { ...own, headersHelper: personal });
    assert.equal(unwireEntry(after, local, { original, shim }), before);
  });

  it('is restored in a file that Claude Code has written to since', () => {
    const before = state({
      '/home/alice/shop': { mcpServers: { linear: { ...original, headersHelper: 'op' } } },
    });
    const after = wireCopy(before, local, { original, command: personal });
    const later = after.replace('"numStartups": 7', '"numStartups": 8');
    const restored = restoreEntry(later, local, readClaudeEntry(before, local));
    assert.equal(restored, before.replace('"numStartups": 7', '"numStartups": 8'));
  });

  it('is there again where its going away is undone', () => {
    const before = state({
      '/home/alice/shop': { mcpServers: { linear: { ...original, headersHelper: personal } } },
    });
    const after = unwireEntry(before, local, { original, shim });
    assert.equal(readClaudeEntry(after, local), undefined);
    assert.equal(restoreEntry(after, local, readClaudeEntry(before, local)), before);
  });

  it('leaves out nothing of a project whose name is that of something every object has', () => {
    const at = { name: 'constructor', project: '/home/alice/shop' };
    const before = state({ '/home/alice/shop': { mcpServers: {} } });
    const after = wireCopy(before, at, { original, command: personal });
    assert.deepEqual(readClaudeEntry(after, at), { ...original, headersHelper: personal });
  });
});

function isWithin(before: string, after: string): boolean {
  let start = 0;
  while (start < before.length && before[start] === after[start]) {
    start++;
  }
  return after.endsWith(before.slice(start));
}
