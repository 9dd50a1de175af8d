import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codexTable, codexTableOf, codexUses } from '../../../src/core/config/codexConfig.ts';
import { codexHelper } from '../../../src/core/config/helperCommand.ts';
import { readToml } from '../../../src/core/config/readToml.ts';
import { unwireCodex, wireCodex } from '../../../src/core/config/wireCodex.ts';

const shim = { path: '/home/alice b/mcp-auth', shell: 'sh' } as const;
const url = 'https://mcp.linear.app/mcp';
const helper = codexHelper(shim, { name: 'linear', url });
const server = { table: 'linear', url, helper };
const invalid = { code: 'invalid_definition' };

const block = `[mcp_servers.linear]\nurl = "${url}"\nhttp_headers_helper = "'/home/alice b/mcp-auth' headers linear --url ${url} --as codex"`;

const files: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['of one key', 'model = "gpt"'],
  ['that ends with a line', 'model = "gpt"\n'],
  ['that ends with blank lines', 'model = "gpt"\n\n\n'],
  [
    'with comments and another server',
    '# mine\n[mcp_servers.other] # c\nurl = \'https://o.example\'\n\n[mcp_servers.other.env]\nA = "1"\n',
  ],
  ['with an empty table of servers', '[mcp_servers]\n'],
  [
    'with arrays, dates and long strings',
    'a = [ 1,\n 2, # two\n]\nd = 1979-05-27T07:32:00-08:00\ns = """\n[mcp_servers.linear]\nhttp_headers_helper = "x"\n"""\n[[p]]\nx = 1.50\n[[p]]\n',
  ],
  ['with CRLF', 'model = "gpt"\r\n\r\n[x]\r\ny = true\r\n'],
  ['with a server by a dotted key', 'mcp_servers.other = { url = "https://o.example" }\n'],
];

describe("Codex's config.toml", () => {
  for (const [what, before] of files) {
    it(`gets a table for the server, and is the same without it: a file ${what}`, () => {
      const after = wireCodex(before, server, readToml);
      assert.ok(after.startsWith(before));
      assert.deepEqual(tableOf(after), { url, http_headers_helper: helper });
      assert.equal(unwireCodex(after, 'linear', readToml), before);
    });
  }

  it('gets this text', () => {
    assert.equal(wireCodex('', server, readToml), `${block}\n`);
    assert.equal(wireCodex('a = 1\n', server, readToml), `a = 1\n\n${block}\n`);
  });

  it('gets one line where Codex knows the server, whatever its name there', () => {
    const before = `a = 1\n[mcp_servers.Lin] # mine\nurl = "${url}/"\nenabled = true\n\n[mcp_servers.Lin.tools.x]\napproval = "auto"\n`;
    const table = codexTableOf(before, { name: 'linear', url }, readToml);
    assert.equal(table, 'Lin');
    const after = wireCodex(before, { ...server, table }, readToml);
    assert.equal(
      after,
      before.replace('# mine\n', `# mine\nhttp_headers_helper = ${JSON.stringify(helper)}\n`),
    );
    assert.equal(unwireCodex(after, table, readToml), before);
  });

  it('gets the new path of the command in the place of the old one', () => {
    const before = wireCodex(
      'a = 1\n',
      { ...server, helper: codexHelper({ path: '/old/mcp-auth', shell: 'sh' }, { name: 'linear', url }) },
      readToml,
    );
    assert.equal(wireCodex(before, server, readToml), `a = 1\n\n${block}\n`);
  });

  it('keeps what the person has written below our table', () => {
    const after = `${wireCodex('', server, readToml)}startup_timeout_sec = 5\n`;
    assert.equal(
      unwireCodex(after, 'linear', readToml),
      `[mcp_servers.linear]\nurl = "${url}"\nstartup_timeout_sec = 5\n`,
    );
  });

  for (const [what, text] of [
    ['is no TOML', 'a = \n'],
    ['has a key twice', 'a = 1\na = 2\n'],
    ['has another server of the name', '[mcp_servers.linear]\nurl = "https://evil.example"\n'],
    ['has a process of the name', '[mcp_servers.linear]\ncommand = "x"\n'],
    ['has a token for it', `[mcp_servers.linear]\nurl = "${url}"\nbearer_token_env_var = "T"\n`],
    ['has a header for it', `[mcp_servers.linear]\nurl = "${url}"\nhttp_headers = { authorization = "x" }\n`],
    [
      'has another helper for it',
      `[mcp_servers.linear]\nurl = "${url}"\nhttp_headers_helper = "op read x"\n`,
    ],
    ['has all servers on one line', 'mcp_servers = { other = { url = "https://o.example" } }\n'],
    ['has the server on one line', `[mcp_servers]\nlinear = { url = "${url}" }\n`],
  ] as const) {
    it(`is not changed where it ${what}`, () => {
      assert.throws(() => wireCodex(text, server, readToml), invalid);
    });
  }

  it("is not changed where the helper is somebody else's", () => {
    const text = `[mcp_servers.linear]\nurl = "${url}"\nhttp_headers_helper = "mcp-auth headers; id"\n`;
    assert.throws(() => unwireCodex(text, 'linear', readToml), invalid);
    assert.throws(() => unwireCodex('', 'linear', readToml), invalid);
  });

  it('tells which servers are used, by their canonical URLs', () => {
    const text = wireCodex(
      '[mcp_servers.other]\nurl = "https://o.example"\n',
      { ...server, url: `${url}/` },
      readToml,
    );
    assert.deepEqual([...codexUses(text, readToml)], [['linear', url]]);
    assert.equal(codexUses('a = ', readToml).size, 0);
  });

  it('names servers by what Codex allows', () => {
    assert.equal(codexTable('my server/ü'), 'my_server__');
    assert.equal(codexTable(''), '_');
  });

  it('gives back any file, whatever name and URL the server has', () => {
    const value = fc.oneof(
      fc.string().map((text) => JSON.stringify(text)),
      fc.integer().map(String),
      fc.constant("'''x'''"),
    );
    const lines = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), value), { maxLength: 5 });
    const file = fc
      .tuple(lines, lines, fc.constantFrom('\n', '\r\n'), fc.nat({ max: 2 }))
      .map(([top, below, eol, blank]) => {
        const text = (of: typeof top) =>
          [...new Map(of)].map(([key, one]) => `${key}_ = ${one.replaceAll('\u007F', '')}${eol}`).join('');
        return `${text(top)}[table]${eol}${text(below)}${eol.repeat(blank)}`;
      });
    fc.assert(
      fc.property(file, fc.string(), fc.string(), (before, name, address) => {
        const { href } = new URL(`https://mcp.example/${address}`);
        const wanted = { table: codexTable(name), url: href, helper: codexHelper(shim, { name, url: href }) };
        const after = wireCodex(before, wanted, readToml);
        assert.ok(after.startsWith(before));
        assert.equal(unwireCodex(after, wanted.table, readToml), before);
      }),
    );
  });
});

function tableOf(text: string): unknown {
  const { mcp_servers: servers } = readToml(text) as { readonly mcp_servers?: { readonly linear?: unknown } };
  return JSON.parse(JSON.stringify(servers?.linear));
}
