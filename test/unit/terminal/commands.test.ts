import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { version } from '../../../package.json';
import type { StatusReport } from '../../../src/core/status/statusReport.ts';
import type { TerminalCalls } from '../../../src/node/ipc/terminalCalls.ts';
import { commands } from '../../../src/terminal/commandTable.ts';
import { commandHelp } from '../../../src/terminal/helpText.ts';
import { until } from '../../support/authenticationSuite.ts';
import { type FakeWindow, failed, ok } from '../../support/terminal/fakeWindow.ts';
import { terminalSuite } from '../../support/terminal/terminalSuite.ts';

const report: StatusReport = {
  version: 1,
  generatedAt: '2030-01-01T00:00:00.000Z',
  workspaceTrusted: true,
  sources: [],
  servers: [],
};

const done = (server: string) => ({ server, ok: true, sentence: `All is well with ${server}.` });

const names = ['status', 'login', 'logout', 'refresh', 'get', 'test', 'headers', 'run', 'completion'];

describe('mcp-auth', () => {
  const suite = terminalSuite();

  const open = (calls: Partial<TerminalCalls>) => suite.open({ calls: () => calls });

  async function run(window: FakeWindow, given: readonly string[], input = '') {
    return await suite.run(given, { env: suite.terminalOf(window), input });
  }

  for (const given of [[], ['--help']]) {
    it(`lists all commands and exit codes for "mcp-auth ${given.join(' ')}"`, async () => {
      const { code, stdout, stderr } = await suite.run(given);
      assert.deepEqual([code, stderr], [0, '']);
      for (const name of names) {
        assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
      }
      assert.match(stdout, /^ {2}3 +no window/m);
    });
  }

  it('says its version', async () => {
    assert.deepEqual(await suite.run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  for (const command of commands) {
    it(`explains ${command.name}, its options and its exit codes`, () => {
      const help = commandHelp(command);
      assert.match(help, new RegExp(`^Usage: mcp-auth ${command.name}\\b`, 'm'));
      for (const option of [...Object.keys(command.options), 'help']) {
        assert.match(help, new RegExp(`--${option}\\b`));
      }
      assert.match(help, /^Exit codes:/m);
      assert.deepEqual(
        help.split('\n').filter((line) => line.length > 100),
        [],
      );
    });
  }

  for (const given of [
    ['run', '--help', '--', 'ls', '-h'],
    ['help', 'run'],
  ]) {
    it(`explains a command for "mcp-auth ${given.join(' ')}"`, async () => {
      const { code, stdout } = await suite.run(given);
      assert.equal(code, 0);
      assert.match(stdout, /^Usage: mcp-auth run /m);
    });
  }

  for (const [given, reason] of [
    [['logni'], /There is no command "logni"/],
    [['help', 'logni'], /There is no command "logni"/],
    [['login'], /Name one server, or give --all/],
    [['login', 'linear', '--all'], /Name one server, or give --all/],
    [['logout'], /An argument is missing/],
    [['status', '--wrong'], /--wrong/],
    [['status', 'one', 'two'], /Unexpected argument "two"/],
    [['get'], /An argument is missing/],
    [['run'], /An argument is missing/],
    [['run', '--env', 'A-B=linear', '--', 'true'], /"A-B=linear" should be VARIABLE=NAME/],
    [['completion', 'tcsh'], /Which shell/],
    [['logout', 'linear'], /nobody to ask whether you mean it: add --force/],
  ] as const) {
    it(`ends with 2 and says why for "mcp-auth ${given.join(' ')}"`, async () => {
      const { code, stdout, stderr } = await suite.run(given);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, reason);
    });
  }

  for (const given of [['status'], ['login', 'linear'], ['refresh', 'linear'], ['run', '--', 'true']]) {
    it(`ends with 3 and one sentence for "mcp-auth ${given.join(' ')}" where no window is`, async () => {
      const { code, stdout, stderr } = await suite.run(given);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(stderr, /^mcp-auth: MCP Auth is not running here\. .*mcpAuth\.headless.*\n$/);
    });
  }

  it('shows the status of all servers as the window writes it', async () => {
    const window = await open({ status: async () => ok({ report, text: 'linear: authenticated\n' }) });
    assert.deepEqual(await run(window, ['status']), {
      code: 0,
      stdout: 'linear: authenticated\n',
      stderr: '',
    });
    assert.deepEqual(window.called, [['status', {}]]);
  });

  it('shows the status of one server as JSON', async () => {
    const window = await open({ status: async () => ok({ report, text: '' }) });
    const { stdout } = await run(window, ['status', 'linear', '--json']);
    assert.deepEqual(JSON.parse(stdout), report);
    assert.deepEqual(window.called, [['status', { server: 'linear' }]]);
  });

  it('prints a report as JSON with what only a newer window knows, and without what an older one lacks', async () => {
    const older = {
      source: 0,
      name: 'linear',
      transport: 'http',
      state: { kind: 'unknown', text: 'Not asked yet.' },
      needsAttention: false,
      accounts: 0,
    } as const;
    const used = { program: 'codex', name: 'Codex', lastUsedAt: '2030-01-01T00:00:00.000Z' } as const;
    const newer = { ...older, usedBy: [{ ...used, address: 'here' }], mood: 'good' };
    for (const server of [older, newer]) {
      const given = { ...report, servers: [server] };
      const window = await open({
        status: async () => ok({ report: given, text: '' }),
        get: async () => ok({ report: given, text: '' }),
      });
      for (const command of [['status'], ['get', 'linear']]) {
        assert.deepEqual(JSON.parse((await run(window, [...command, '--json'])).stdout), given);
      }
    }
  });

  it('shows everything there is to say of one server', async () => {
    const window = await open({ get: async () => ok({ report, text: 'issuer: https://as.example\n' }) });
    assert.equal((await run(window, ['get', 'linear'])).stdout, 'issuer: https://as.example\n');
    assert.deepEqual(JSON.parse((await run(window, ['get', '--json', 'linear'])).stdout), report);
  });

  it('prints status without what would steer the terminal', async () => {
    const text = 'evil\u001b[2J\u009b1m\u202e: ok';
    const named = { ...report, servers: [{ name: text }] } as unknown as StatusReport;
    const window = await open({ status: async () => ok({ report: named, text }) });
    assert.equal((await run(window, ['status'])).stdout, 'evil[2J1m: ok\n');
    const { stdout } = await run(window, ['status', '--json']);
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.deepEqual(JSON.parse(stdout), named);
  });

  it('signs in to one server, and says how it went', async () => {
    const window = await open({ login: async () => ok([done('linear')]) });
    assert.deepEqual(await run(window, ['login', 'linear']), {
      code: 0,
      stdout: '✔ All is well with linear.\n',
      stderr: '',
    });
    assert.deepEqual(window.called, [['login', { server: 'linear', noBrowser: false }]]);
  });

  it('signs in to all, and ends with 1 where one has failed', async () => {
    const bad = { server: 'sentry', ok: false, sentence: 'Sentry refused.' };
    const window = await open({ login: async () => ok([done('linear'), bad]) });
    const { code, stdout } = await run(window, ['login', '--all']);
    assert.deepEqual([code, stdout], [1, '✔ All is well with linear.\n✘ Sentry refused.\n']);
    assert.deepEqual(window.called, [['login', { all: true, noBrowser: false }]]);
  });

  it('says so where there is nothing to sign in to', async () => {
    const window = await open({ login: async () => ok([]) });
    assert.equal((await run(window, ['login', '--all'])).stdout, '✔ No server needs you to sign in.\n');
  });

  it('shows the address and takes the answer where no browser is opened', async () => {
    const answers: (string | undefined)[] = [];
    const window = await suite.open({
      calls: ({ prompts }) => ({
        login: async ({ noBrowser }) => {
          assert.equal(noBrowser, true);
          prompts.progress('Waiting…');
          prompts.show('Open https://as.example/authorize');
          for (const isSecret of [false, true, false]) {
            answers.push(await prompts.ask({ text: 'Where did it end?', isSecret }));
          }
          return ok([done('linear')]);
        },
      }),
    });
    const given = ['login', 'linear', '--no-browser'];
    const { code, stderr } = await run(window, given, 'https://localhost/callback?code=1\nsecret-line\n');
    assert.equal(code, 0);
    assert.deepEqual(answers, ['https://localhost/callback?code=1', 'secret-line', undefined]);
    assert.match(stderr, /^Open https:\/\/as\.example\/authorize\nWhere did it end\? /);
    assert.doesNotMatch(stderr, /Waiting/);
  });

  it('ends the login in the window when it is interrupted', async () => {
    const called = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<string>();
    const window = await suite.open({
      calls: ({ signal }) => ({
        login: () => {
          signal.addEventListener('abort', () => gone.resolve(String(signal.reason.code)));
          called.resolve();
          return new Promise(() => undefined);
        },
      }),
    });
    const child = spawn(process.execPath, [suite.script, 'login', 'linear'], {
      env: { HOME: suite.home, ...suite.terminalOf(window) },
    });
    await called.promise;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    assert.equal(await gone.promise, 'cancelled');
    assert.deepEqual(await ended, process.platform === 'win32' ? [null, 'SIGINT'] : [130, null]);
  });

  it('signs out without a question where it is told to', async () => {
    const window = await open({ logout: async () => ok(done('linear')) });
    assert.equal((await run(window, ['logout', 'linear', '-f'])).code, 0);
    assert.deepEqual(window.called, [['logout', { server: 'linear' }]]);
  });

  it('refreshes a token', async () => {
    const window = await open({ refresh: async () => ok(done('linear')) });
    assert.deepEqual(await run(window, ['refresh', 'linear']), {
      code: 0,
      stdout: '✔ All is well with linear.\n',
      stderr: '',
    });
  });

  it('tests a connection, and ends with 1 where that fails', async () => {
    const outcome = { server: 'linear', ok: false, sentence: 'The name cannot be resolved.' };
    const window = await open({ test: async () => ok(outcome) });
    const { code, stdout } = await run(window, ['test', 'linear']);
    assert.deepEqual([code, stdout], [1, '✘ The name cannot be resolved.\n']);
  });

  for (const [error, exit] of [
    ['not_authenticated', 4],
    ['session_expired', 4],
    ['access_refused', 5],
    ['untrusted_workspace', 5],
    ['unknown_server', 6],
    ['cancelled', 130],
    ['network', 1],
  ] as const) {
    it(`ends with ${exit} where the window answers ${error}`, async () => {
      const window = await open({ refresh: async () => failed(error, 'A sentence.') });
      const { code, stdout, stderr } = await run(window, ['refresh', 'linear']);
      assert.deepEqual([code, stdout], [exit, '']);
      assert.equal(stderr, error === 'cancelled' ? '' : 'mcp-auth: A sentence.\n');
    });
  }

  it('colours nothing where nobody looks at a terminal', async () => {
    const window = await open({ refresh: async () => failed('network') });
    const { stderr } = await run(window, ['refresh', 'linear']);
    assert.ok(!stderr.includes('\u001b'));
  });

  it('ends when the reader of its output has seen enough', async () => {
    const window = await open({ status: async () => ok({ report, text: 'x\n'.repeat(500_000) }) });
    const child = spawn(process.execPath, [suite.script, 'status'], {
      env: { HOME: suite.home, ...suite.terminalOf(window) },
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'exit');
    await until(() => window.called.length === 1, 'it was not called');
  });
});
