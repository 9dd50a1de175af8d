import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FakeWindow, failed, ok } from '../../support/terminal/fakeWindow.ts';
import { terminalSuite } from '../../support/terminal/terminalSuite.ts';

const credentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linear: { Authorization: 'Bearer linear-token' },
  'my-api.v2': { authorization: 'Bearer api-token' },
  keyed: { 'X-API-Key': 'the-key' },
  double: { 'X-Key': 'one', 'X-Secret': 'two' },
  '1st': { Authorization: 'bare-token' },
};

/** Prints what a test wants to know of the environment. */
const printer = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => /_TOKEN$|_AUTHORIZATION$|^(A|B|ELECTRON_RUN_AS_NODE|NODE_OPTIONS|NODE_DEBUG|MCPAUTH_NODE_OPTIONS|MCPAUTH_NODE_DEBUG)$/.test(name)))))`;

const isWindows = process.platform === 'win32';

describe('mcp-auth run', () => {
  const suite = terminalSuite();

  const open = () =>
    suite.open({
      calls: () => ({
        names: async () => ok([...Object.keys(credentials), 'signedOut', 'refused']),
        headers: async ({ server = '' }) => {
          const headers = credentials[server];
          return headers
            ? ok({ headers })
            : failed(server === 'refused' ? 'access_refused' : 'not_authenticated', `No ${server}.`);
        },
      }),
    });

  const printing = ['--', process.execPath, '-e', printer];

  async function variables(given: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const window = await open();
    const run = await suite.run(['run', ...given, ...printing], {
      env: { ...suite.terminalOf(window), ...env },
    });
    return { window, ...run, variables: run.stdout === '' ? undefined : JSON.parse(run.stdout) };
  }

  it('sets the variables that are asked for, and no other', async () => {
    const { code, variables: set } = await variables(['--env', 'A=linear', '-e', 'B=keyed']);
    assert.equal(code, 0);
    assert.deepEqual(set, { A: 'linear-token', B: 'the-key' });
  });

  it('calls variables after their servers', async () => {
    const { variables: set } = await variables(['--server', 'my-api.v2', '-s', 'keyed', '-s', '1st']);
    assert.deepEqual(set, {
      MY_API_V2_TOKEN: 'api-token',
      MY_API_V2_AUTHORIZATION: 'Bearer api-token',
      KEYED_TOKEN: 'the-key',
      _1ST_TOKEN: 'bare-token',
      _1ST_AUTHORIZATION: 'bare-token',
    });
  });

  it('sets those of all servers that have a credential, where none is named, and says which was refused', async () => {
    const { code, variables: set, stderr } = await variables([]);
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(set).sort(), [
      'KEYED_TOKEN',
      'LINEAR_AUTHORIZATION',
      'LINEAR_TOKEN',
      'MY_API_V2_AUTHORIZATION',
      'MY_API_V2_TOKEN',
      '_1ST_AUTHORIZATION',
      '_1ST_TOKEN',
    ]);
    assert.equal(stderr, 'mcp-auth: No refused.\n');
  });

  describe('where the variables of two servers would have one name', () => {
    const env = (window: FakeWindow) => ({ env: suite.terminalOf(window) });
    const openTwo = () =>
      suite.open({
        calls: () => ({
          names: async () => ok(['a.b', 'A-b', 'a_b']),
          headers: async ({ server = '' }) =>
            server === 'a.b'
              ? failed('not_authenticated')
              : ok({ headers: { Authorization: `Bearer ${server}` } }),
        }),
      });
    const wouldMix = 'mcp-auth: "a_b" would have the variables of "A-b": name one for it, by --env.\n';

    it('sets those of the first that has a credential, and says so', async () => {
      const run = await suite.run(['run', ...printing], env(await openTwo()));
      assert.deepEqual(JSON.parse(run.stdout), { A_B_TOKEN: 'A-b', A_B_AUTHORIZATION: 'Bearer A-b' });
      assert.deepEqual([run.code, run.stderr], [0, wouldMix]);
    });

    it('runs nothing where both are named', async () => {
      const run = await suite.run(
        ['run', '-s', 'A-b', '-s', 'a_b', '-s', 'A-b', ...printing],
        env(await openTwo()),
      );
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assert.ok(run.stderr.startsWith(wouldMix));
    });
  });

  it('says of the command that it gets the credential', async () => {
    const { window } = await variables(['--env', 'A=linear']);
    const [[, request] = []] = window.called;
    assert.partialDeepStrictEqual(request, {
      caller: { program: 'script', parent: basename(process.execPath) },
    });
  });

  for (const [server, exit] of [
    ['signedOut', 4],
    ['refused', 5],
    ['double', 5],
  ] as const) {
    it(`runs nothing, and ends with ${exit}, where the credential of "${server}" cannot be had`, async () => {
      const { code, stdout, stderr } = await variables(['--env', `A=${server}`]);
      assert.deepEqual([code, stdout], [exit, '']);
      assert.match(stderr, /^mcp-auth: /);
    });
  }

  it('leaves the command the environment of the terminal, and not what is for its own Node', async () => {
    const { variables: set } = await variables(['--env', 'A=linear'], {
      B: 'kept',
      ELECTRON_RUN_AS_NODE: '1',
      MCPAUTH_NODE_OPTIONS: '--no-deprecation',
      MCPAUTH_NODE_DEBUG: 'nothing',
    });
    assert.deepEqual(set, {
      A: 'linear-token',
      B: 'kept',
      NODE_OPTIONS: '--no-deprecation',
      NODE_DEBUG: 'nothing',
    });
  });

  it('passes on arguments, input and exit code', async () => {
    const window = await open();
    const code =
      'process.stdin.on("data", (d) => console.log(process.argv[1] + d)).on("end", () => process.exit(42))';
    const run = await suite.run(
      ['run', '--env', 'A=linear', '--', process.execPath, '-e', code, '--', '--help'],
      { env: suite.terminalOf(window), input: ' typed' },
    );
    assert.deepEqual(run, { code: 42, stdout: '--help typed\n', stderr: '' });
  });

  for (const [title, end] of [
    ['without', []],
    ['with', ['--']],
  ] as const) {
    it(`leaves the command its own options, ${title} "--" in front of it`, async () => {
      const window = await open();
      const code = 'console.log(process.argv.slice(2).join(" "))';
      const file = join(suite.home, 'print.js');
      await writeFile(file, code);
      const given = [
        'run',
        '-e',
        'A=linear',
        ...end,
        process.execPath,
        file,
        '-s',
        'a',
        '--env',
        '-u',
        '--help',
      ];
      const run = await suite.run(given, { env: suite.terminalOf(window) });
      assert.deepEqual(run, { code: 0, stdout: '-s a --env -u --help\n', stderr: '' });
    });
  }

  it('knows its own options only in front of the command', async () => {
    const window = await open();
    const env = suite.terminalOf(window);
    const wrong = await suite.run(['run', '--colour', process.execPath, '-e', '1'], { env });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--colour/);
    const missing = await suite.run(['run', '--env', 'A=linear'], { env });
    assert.match(missing.stderr, /^mcp-auth: An argument is missing\.\nmcp-auth: Usage: mcp-auth run /);
    const help = await suite.run(['run', '-e', 'A=linear', '--help', process.execPath], { env });
    assert.match(help.stdout, /^Run a command with credentials/);
    assert.deepEqual(window.called, []);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`passes ${signal} on, and ends by it when the command does`, async () => {
      const window = await open();
      const code = 'process.stdout.write("ready"); setInterval(() => undefined, 1000)';
      const given = ['run', '--env', 'A=linear', '--', process.execPath, '-e', code];
      const child = spawn(process.execPath, [suite.script, ...given], {
        env: { HOME: suite.home, ...suite.terminalOf(window) },
      });
      await once(child.stdout, 'data');
      const ended = once(child, 'exit');
      child.kill(signal);
      assert.deepEqual(await ended, [null, signal]);
    });
  }

  // On Windows a signal is the end.
  if (!isWindows) {
    it('waits for a command that ends in its own way after a signal', async () => {
      const window = await open();
      const code =
        'process.on("SIGTERM", () => { console.log(" bye"); process.exit(9); }); process.stdout.write("ready"); setInterval(() => undefined, 1000)';
      const given = ['run', '--env', 'A=linear', '--', process.execPath, '-e', code];
      const child = spawn(process.execPath, [suite.script, ...given], {
        env: { HOME: suite.home, ...suite.terminalOf(window) },
      });
      await once(child.stdout, 'data');
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [9, null]);
    });
  }

  it('ends with 127 for a command that is not there, and with 126 for one that cannot be run', async () => {
    const window = await open();
    const env = suite.terminalOf(window);
    const missing = await suite.run(['run', '-e', 'A=linear', '--', 'no-such-command-of-ours'], { env });
    assert.equal(missing.code, 127);
    assert.match(
      missing.stderr,
      /^mcp-auth: "no-such-command-of-ours" cannot be run: there is no such command\.( A batch file .*)?\n$/,
    );
    const file = join(suite.home, isWindows ? 'file.cmd' : 'file');
    await writeFile(file, '');
    await chmod(file, 0o600);
    assert.equal((await suite.run(['run', '-e', 'A=linear', '--', file], { env })).code, 126);
  });
});
