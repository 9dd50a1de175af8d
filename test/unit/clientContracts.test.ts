import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { codexHelper, personalHelper, type Shim, sharedHelper } from '../../src/core/config/helperCommand.ts';
import { readToml } from '../../src/core/config/readToml.ts';
import { wireCopy, wireEntry } from '../../src/core/config/wireClaude.ts';
import { wireCodex } from '../../src/core/config/wireCodex.ts';
import { editFile } from '../../src/node/editFile.ts';
import { authenticationSuite } from '../support/authenticationSuite.ts';
import { claudeServer, connectClaude } from '../support/claudeClient.ts';
import { codexServer } from '../support/codexClient.ts';
import { connectMcp } from '../support/connectMcp.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { writeStandInCommand } from '../support/standInCommand.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';

describe('a client that gets the credential of a server from MCP Auth', () => {
  const suite = authenticationSuite();
  let home: TemporaryFolder;
  /** A space, as people's folders have them. */
  let bin: string;
  let project: string;
  let shim: Shim;
  let url: string;
  let environment: Record<string, string>;

  beforeEach(async () => {
    const demo = await suite.demo();
    url = demo.mcpUrl;
    const { tokens } = await suite
      .assemble({ browser: (page) => consent(page.href, { decision: 'allow', user: 'alice' }) })
      .signIn(url);
    home = await createTemporaryFolder('mcp-auth-clients-');
    bin = join(home.path, 'my bin');
    project = join(home.path, 'shop');
    await mkdir(project);
    const headers = { Authorization: `Bearer ${tokens.accessToken}` };
    const path = await writeStandInCommand(bin, { name: 'demo', url, headers });
    shim = { path, shell: process.platform === 'win32' ? 'cmd' : 'sh' };
    const own = Object.entries(process.env).filter((one): one is [string, string] => one[1] !== undefined);
    environment = {
      ...Object.fromEntries(own),
      HOME: home.path,
      PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
      MCPAUTH_IPC_HANDLE: '/run/mcp-auth.sock',
      GITHUB_TOKEN: 'ghp_secret',
    };
  });
  afterEach(() => home.remove());

  const runs = async (): Promise<
    readonly { readonly words: readonly string[]; readonly env: Record<string, string> }[]
  > =>
    (await readFile(join(bin, 'runs.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  async function writeProject(servers: unknown): Promise<string> {
    const file = join(project, '.mcp.json');
    await writeFile(file, JSON.stringify({ mcpServers: servers }, null, 2));
    return file;
  }

  const refuse = (name: string) => ({ lock: 'claudeCode', ifAbsent: 'refuse', name }) as const;

  it('connects as Claude Code by the name of the command in a .mcp.json, without its secrets', async () => {
    const file = await writeProject({ demo: { type: 'http', url } });
    await editFile(file, (text) => wireEntry(text, { name: 'demo' }, sharedHelper), refuse('.mcp.json'));
    const client = await connectClaude({ file, name: 'demo', cwd: project, environment });
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), ['add', 'whoami']);
    await client.close();
    const [run] = await runs();
    assert.deepEqual(run?.words, ['headers']);
    assert.equal(run?.env.CLAUDE_CODE_MCP_SERVER_NAME, 'demo');
    assert.equal(run?.env.MCPAUTH_IPC_HANDLE, '/run/mcp-auth.sock');
    assert.equal(run?.env.GITHUB_TOKEN, undefined);
  });

  it('leaves Claude Code its own sign-in where the repository means another server', async () => {
    const file = await writeProject({
      demo: { type: 'http', url: 'https://evil.example/mcp', headersHelper: sharedHelper },
      other: { type: 'http', url, headersHelper: sharedHelper },
    });
    for (const name of ['demo', 'other']) {
      const server = await claudeServer({ file, name, cwd: project, environment });
      assert.deepEqual([server.headers, server.hasOwnSignIn], [{}, true]);
    }
  });

  it('leaves Claude Code its own sign-in for who does not have MCP Auth', async () => {
    const file = await writeProject({ demo: { type: 'http', url, headersHelper: sharedHelper } });
    const without = { ...environment, PATH: process.env.PATH ?? '' };
    const server = await claudeServer({ file, name: 'demo', cwd: project, environment: without });
    assert.equal(server.hasOwnSignIn, true);
  });

  it('connects as Claude Code by a path in ~/.claude.json, where nothing is on the PATH', async () => {
    const file = join(home.path, '.claude.json');
    await writeFile(file, JSON.stringify({ projects: { [project]: { mcpServers: {} } } }, null, 2));
    const command = personalHelper(shim);
    const entry = { name: 'demo', project };
    await editFile(
      file,
      (text) => wireCopy(text, entry, { original: { type: 'http', url }, command }),
      refuse('~/.claude.json'),
    );
    const without = { ...environment, PATH: process.env.PATH ?? '' };
    const client = await connectClaude({ file, ...entry, cwd: project, environment: without });
    const { content } = await client.callTool({ name: 'add', arguments: { a: 2, b: 40 } });
    assert.deepEqual(content, [{ type: 'text', text: '42' }]);
    await client.close();
  });

  it('connects as Codex, which tells the command nothing', async () => {
    const file = join(home.path, '.codex', 'config.toml');
    const helper = codexHelper(shim, { name: 'demo', url });
    await editFile(file, (text) => wireCodex(text, { table: 'demo', url, helper }, readToml), {
      lock: 'none',
      ifAbsent: 'create',
      name: 'config.toml',
    });
    const server = await codexServer({ file, table: 'demo', cwd: project, environment });
    const client = await connectMcp(server.url, server.headers);
    assert.equal((await client.listTools()).tools.length, 2);
    await client.close();
    const [run] = await runs();
    assert.deepEqual(run?.words, ['headers', 'demo', '--url', url, '--as', 'codex']);
    assert.equal(run?.env.MCPAUTH_IPC_HANDLE, undefined);
    assert.equal(run?.env.GITHUB_TOKEN, undefined);
  });

  it('gives Codex a URL as it is, whatever a shell would make of it', async () => {
    const odd = `${url}?a=$(id)&b='x';c|d`;
    const path = await writeStandInCommand(bin, {
      name: 'my server',
      url: new URL(odd).href,
      headers: { A: 'b' },
    });
    if (shim.shell === 'cmd') {
      // Percent signs cannot be written there.
      assert.throws(() => codexHelper({ ...shim, path }, { name: 'my server', url: `${url}?a=%20` }));
      return;
    }
    const helper = codexHelper({ ...shim, path }, { name: 'my server', url: new URL(odd).href });
    const file = join(home.path, 'config.toml');
    await writeFile(file, wireCodex('', { table: 'my_server', url: odd, helper }, readToml));
    const server = await codexServer({ file, table: 'my_server', cwd: project, environment });
    assert.deepEqual(server.headers, { A: 'b' });
  });
});
