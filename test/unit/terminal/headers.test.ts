import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { failed, ok } from '../../support/terminal/fakeWindow.ts';
import { terminalSuite } from '../../support/terminal/terminalSuite.ts';

const authorization = { Authorization: 'Bearer secret-token' };

describe('mcp-auth headers', () => {
  const suite = terminalSuite();

  const answering = () =>
    suite.open({ calls: () => ({ headers: async () => ok({ headers: authorization }) }) });

  /** Nothing but the object that says that there is nothing, and a reason. */
  function assertNothing(run: { code: number | null; stdout: string; stderr: string }, reason: RegExp): void {
    assert.deepEqual([run.code, run.stdout], [0, '{}\n']);
    assert.match(run.stderr, reason);
  }

  it('prints one JSON object and nothing else', async () => {
    const window = await answering();
    const run = await suite.run(['headers', 'linear'], { env: suite.terminalOf(window) });
    assert.deepEqual(run, { code: 0, stdout: '{"Authorization":"Bearer secret-token"}\n', stderr: '' });
    const [[name, request] = []] = window.called;
    assert.equal(name, 'headers');
    // Node.js 24 calls its processes "MainThread", which would tell nobody who asks.
    const parent = process.platform === 'linux' ? { parent: basename(process.execPath) } : {};
    const caller = { program: 'script', ...parent };
    assert.deepEqual(request, { server: 'linear', caller, patience: 5000 });
  });

  it('takes name and URL of Claude Code, in the environment that it leaves to a helper', async () => {
    const window = await answering();
    const run = await suite.run(['headers'], {
      env: {
        ...suite.terminalOf(window),
        CLAUDE_CODE_MCP_SERVER_NAME: 'linear',
        CLAUDE_CODE_MCP_SERVER_URL: 'https://mcp.linear.app/mcp',
      },
    });
    assert.equal(run.code, 0);
    assert.deepEqual(window.called, [
      [
        'headers',
        {
          server: 'linear',
          url: 'https://mcp.linear.app/mcp',
          caller: { program: 'claudeCode' },
          patience: 5000,
        },
      ],
    ]);
  });

  it('holds the URL of Claude Code against a server that is named', async () => {
    const window = await answering();
    const env = { ...suite.terminalOf(window), CLAUDE_CODE_MCP_SERVER_URL: 'https://evil.example/mcp' };
    await suite.run(['headers', 'linear'], { env });
    const [[, request] = []] = window.called;
    assert.partialDeepStrictEqual(request, { server: 'linear', url: 'https://evil.example/mcp' });
  });

  it('finds a window below HOME, in the environment that Codex leaves to a helper', async () => {
    const headlessFolder = join(suite.home, '.vscode-mcp-auth', 'windows');
    const window = await suite.open({
      headlessFolder,
      calls: () => ({ headers: async () => ok({ headers: authorization }) }),
    });
    const run = await suite.run(['headers', 'linear', '--as', 'codex'], {
      env: { PWD: suite.home, USER: 'somebody' },
    });
    assert.equal(run.stdout, '{"Authorization":"Bearer secret-token"}\n');
    assert.deepEqual(window.called, [
      ['headers', { server: 'linear', caller: { program: 'codex' }, patience: 5000 }],
    ]);
  });

  // Windows lets nobody delete the folder that a process works in.
  if (process.platform !== 'win32') {
    it('works in a folder that is gone', async () => {
      const window = await answering();
      const cwd = join(suite.home, 'gone');
      await mkdir(cwd);
      const given = [
        '-c',
        'rmdir "$PWD" && exec "$@"',
        'sh',
        process.execPath,
        suite.script,
        'headers',
        'linear',
      ];
      const env = { ...process.env, ...suite.terminalOf(window) };
      const { stdout } = await promisify(execFile)('sh', given, { cwd, env });
      assert.equal(stdout, '{"Authorization":"Bearer secret-token"}\n');
    });
  }

  it('takes a URL alone', async () => {
    const window = await answering();
    const given = ['headers', '--url', 'https://mcp.linear.app/mcp'];
    assert.equal((await suite.run(given, { env: suite.terminalOf(window) })).stderr, '');
    const [[, request] = []] = window.called;
    assert.equal((request as { url?: string }).url, 'https://mcp.linear.app/mcp');
    assert.ok(!('server' in (request as object)));
  });

  it('prints {} and ends well where no window is', async () => {
    assertNothing(await suite.run(['headers', 'linear']), /^mcp-auth: MCP Auth is not running here\. /);
  });

  for (const code of [
    'unknown_server',
    'not_authenticated',
    'session_expired',
    'access_refused',
    'access_unanswered',
    'network',
  ]) {
    it(`prints {} and ends well where the window answers ${code}`, async () => {
      const window = await suite.open({
        calls: () => ({ headers: async () => failed(code, 'A sentence.') }),
      });
      const run = await suite.run(['headers', 'linear'], { env: suite.terminalOf(window) });
      assertNothing(run, /^mcp-auth: A sentence\.\n$/);
    });
  }

  for (const [given, reason] of [
    [['headers'], /Which server/],
    [['headers', 'one', 'two'], /Unexpected argument "two"/],
    [['headers', 'linear', '--as', 'root'], /--as is for/],
    [['headers', 'linear', '--colour'], /--colour/],
  ] as const) {
    it(`prints {} and ends well for "mcp-auth ${given.join(' ')}"`, async () => {
      assertNothing(await suite.run(given), reason);
    });
  }

  it('prints {} where the window closes before it has answered', async () => {
    const window = await suite.open({
      calls: () => ({
        headers: () => {
          window.dispose();
          return new Promise(() => undefined);
        },
      }),
    });
    const run = await suite.run(['headers', 'linear'], { env: suite.terminalOf(window) });
    assertNothing(run, /closed or reloaded before it answered/);
  });

  it('prints {} where the window answers something else', async () => {
    const answer = ok({ headers: { Authorization: 1 } }) as never;
    const window = await suite.open({ calls: () => ({ headers: async () => answer }) });
    const run = await suite.run(['headers', 'linear'], { env: suite.terminalOf(window) });
    assertNothing(run, /answered what cannot be understood/);
  });

  for (const [code, exit] of [
    ['not_authenticated', 4],
    ['access_unanswered', 5],
    ['unknown_server', 6],
    ['network', 1],
    ['constructor', 1],
  ] as const) {
    it(`prints nothing and ends with ${exit} where --strict is given and the window answers ${code}`, async () => {
      const window = await suite.open({ calls: () => ({ headers: async () => failed(code) }) });
      const run = await suite.run(['headers', 'linear', '--strict'], { env: suite.terminalOf(window) });
      assert.deepEqual([run.code, run.stdout], [exit, '']);
    });
  }

  it('ends with 3 where --strict is given and no window is', async () => {
    const run = await suite.run(['headers', 'linear', '--strict']);
    assert.deepEqual([run.code, run.stdout], [3, '']);
  });

  it('asks nothing of the person, and shows nothing', async () => {
    const asked: (string | undefined)[] = [];
    const window = await suite.open({
      calls: ({ prompts }) => ({
        headers: async () => {
          prompts.show('https://as.example/authorize');
          prompts.progress('Waiting…');
          asked.push(await prompts.ask({ text: 'Where?', isSecret: false }));
          return ok({ headers: {} });
        },
      }),
    });
    const run = await suite.run(['headers', 'linear'], { env: suite.terminalOf(window), input: 'typed\n' });
    assert.deepEqual(run, { code: 0, stdout: '{}\n', stderr: '' });
    assert.deepEqual(asked, [undefined]);
  });

  it('lets no header or sentence of a server steer the terminal', async () => {
    const esc = '\u001b]0;x\u0007\u009b2J\u202e';
    const window = await suite.open({
      calls: () => ({
        headers: async ({ server }) =>
          server === 'bad' ? failed('network', `Bad${esc}.`) : ok({ headers: { 'X-Key': `a${esc}b` } }),
      }),
    });
    const env = suite.terminalOf(window);
    const good = await suite.run(['headers', 'good'], { env });
    assert.doesNotMatch(good.stdout.trimEnd(), /[\p{Cc}\u202e]/u);
    assert.deepEqual(JSON.parse(good.stdout), { 'X-Key': `a${esc}b` });
    const bad = await suite.run(['headers', 'bad'], { env });
    assert.equal(bad.stderr, 'mcp-auth: Bad]0;x2J.\n');
  });

  it('tells the window when it is gone', async () => {
    const gone = Promise.withResolvers<void>();
    const window = await suite.open({
      calls: ({ signal }) => ({
        headers: async () => {
          signal.addEventListener('abort', () => gone.resolve());
          return ok({ headers: {} });
        },
      }),
    });
    await suite.run(['headers', 'linear'], { env: suite.terminalOf(window) });
    await gone.promise;
  });

  it('prints help where that is asked for', async () => {
    const run = await suite.run(['headers', '--help']);
    assert.equal(run.code, 0);
    assert.match(run.stdout, /^Print the credential headers/);
  });

  // On Windows only who may do more than a user makes links.
  if (process.platform !== 'win32') {
    it('does not follow a handle that is a link', async () => {
      const window = await answering();
      const link = join(suite.home, 'link.json');
      await symlink(window.handle, link);
      const run = await suite.run(['headers', 'linear'], { env: { MCPAUTH_IPC_HANDLE: link } });
      assertNothing(run, /is ignored: it is a link/);
      await rm(link);
    });
  }
});
