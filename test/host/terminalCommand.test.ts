import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ConfigurationTarget, type Terminal, window, workspace } from 'vscode';
import { type Demo, startDemo } from '../support/demo/demo.ts';
import { consent } from '../support/demo/scriptedBrowser.ts';
import { untilState } from './inventoryState.ts';
import { openWorkspaceServer, type WorkspaceServer } from './workspaceServer.ts';

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the command mcp-auth of a real window', () => {
  let server: WorkspaceServer;
  let demo: Demo;

  before(async () => {
    demo = await startDemo();
    server = await openWorkspaceServer(demo.mcpUrl);
    server.steerBrowser('allow');
    await server.product.terminalCommand.offered;
  });
  after(async () => {
    await server.close();
    await demo.close();
  });

  const variable = (name: string) =>
    server.product.variables.get(name)?.value ?? assert.fail(`terminals get no ${name}`);
  const folder = () => variable('PATH').slice(0, -delimiter.length);

  /** What a terminal of this window would run it with, plus more. */
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawn(join(folder(), 'mcp-auth'), args, {
      env: {
        HOME: homedir(),
        PATH: process.env.PATH,
        MCPAUTH_IPC_HANDLE: variable('MCPAUTH_IPC_HANDLE'),
        ...env,
      },
      stdio: 'pipe',
    });

  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = start(args, env);
    child.stdin.end();
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code, stdout, stderr };
  }

  /** The window is told of a changed setting, and what follows from that, at some time: each turn is a process. */
  async function untilItEndsWith(code: number, env: Readonly<Record<string, string>>): Promise<void> {
    for (let ended = await run(['status'], env); ended.code !== code; ) {
      ended = await run(['status'], env);
    }
  }

  const claude = () => ({ CLAUDE_CODE_MCP_SERVER_NAME: 'demo', CLAUDE_CODE_MCP_SERVER_URL: demo.mcpUrl });

  it('is found by terminals by what is no secret, and does not outlive the window', async () => {
    const handle = variable('MCPAUTH_IPC_HANDLE');
    const [file, place] = [await stat(handle), await stat(dirname(handle))];
    assert.deepEqual([file.mode & 0o777, place.mode & 0o777], [0o600, 0o700]);
    assert.equal(server.product.variables.persistent, false);
  });

  it('tells the status of the servers, as text and by the schema', async () => {
    const shown = await run(['status']);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /demo\n\s+"?demo"? needs|demo\n.*[Aa]uthenticat/);
    const { stdout } = await run(['status', 'demo', '--json']);
    const report = JSON.parse(stdout);
    assert.deepEqual(
      report.servers.map((one: { name: string; state: { kind: string } }) => [one.name, one.state.kind]),
      [['demo', 'needsAuthentication']],
    );
  });

  it('gives Claude Code nothing, and no error, where nobody has signed in', async () => {
    const { code, stdout } = await run(['headers'], claude());
    assert.deepEqual([code, stdout.trim()], [0, '{}']);
  });

  it('signs in by the browser of the window', async () => {
    const { code, stdout, stderr } = await run(['login', 'demo']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Authenticated at "demo"\./);
    await untilState(server.product.inventory, server.server, 'authenticated');
  });

  it('tests the connection, and refreshes', async () => {
    const tested = await run(['test', 'demo']);
    assert.equal(tested.code, 0, tested.stderr);
    assert.match(tested.stdout, /"demo" accepted the session/);
    const before = demo.journal.refreshes.length;
    const refreshed = await run(['refresh', 'demo']);
    assert.equal(refreshed.code, 0, refreshed.stderr);
    assert.equal(demo.journal.refreshes.length, before + 1);
  });

  it('gives a program that is allowed a credential that the server takes, and notes that', async () => {
    const program = { kind: 'claudeCode', id: 'claude-code', label: 'Claude Code' } as const;
    const entry = { program, serverUrl: demo.mcpUrl, serverName: 'demo', decision: 'once' } as const;
    await server.product.access.decide(entry, 'always');
    try {
      const { code, stdout } = await run(['headers'], claude());
      assert.equal(code, 0);
      const token = server.product.sessions.get(demo.mcpUrl)?.tokens.accessToken;
      assert.deepEqual(JSON.parse(stdout), { Authorization: `Bearer ${token}` });
      const noted = server.product.access.entries.find(({ program: { id } }) => id === program.id);
      assert.ok(noted?.lastUsedAt !== undefined);
      const report = JSON.parse((await run(['get', 'demo', '--json'])).stdout);
      const lastUsedAt = new Date(noted.lastUsedAt).toISOString();
      const used = { program: 'claudeCode', name: 'Claude Code', lastUsedAt };
      // VS Code 1.105 has started the server as well.
      const others = (one: { program: string }) => one.program !== 'agentMode';
      assert.deepEqual(report.servers[0].usedBy.filter(others), [used]);
      assert.match((await run(['status'])).stdout, /Last used by (.*, )?Claude Code just now[.,]/);
    } finally {
      await server.product.access.revoke(entry);
    }
  });

  it('gives nothing to a repository that has the name, but another URL', async () => {
    const other = { ...claude(), CLAUDE_CODE_MCP_SERVER_URL: 'https://evil.example/mcp' };
    const { code, stdout, stderr } = await run(['headers'], other);
    assert.deepEqual([code, stdout.trim()], [0, '{}']);
    assert.ok(!stderr.includes('Bearer'));
  });

  it('works in an integrated terminal', async () => {
    const { terminal, run: runThere } = await openTerminal();
    try {
      assert.equal(await runThere('mcp-auth status demo --json > /dev/null'), 0);
      assert.equal(await runThere('mcp-auth get nobody'), 6);
    } finally {
      terminal.dispose();
    }
  });

  it('signs out', async () => {
    const { code, stdout, stderr } = await run(['logout', 'demo', '-f']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Signed out of "demo"\./);
    await untilState(server.product.inventory, server.server, 'needsAuthentication');
  });

  it('signs in without a browser: shows the address, and takes what is pasted', async () => {
    const child = start(['login', 'demo', '--no-browser']);
    const ended = once(child, 'close');
    const shown = await printed(child, /Paste/);
    const [page = ''] = /https?:\/\/\S+response_type=code\S*/.exec(shown) ?? [];
    child.stdin.end(`${(await consent(page, { decision: 'allow' })).href}\n`);
    const [code] = await ended;
    assert.equal(code, 0, shown);
    await untilState(server.product.inventory, server.server, 'authenticated');
    await run(['logout', 'demo', '-f']);
  });

  it('is found by programs elsewhere only while the person wants that', async () => {
    const elsewhere = { MCPAUTH_IPC_HANDLE: '' };
    assert.equal((await run(['status'], elsewhere)).code, 3);
    const settings = workspace.getConfiguration('mcpAuth');
    await settings.update('headless.enabled', true, ConfigurationTarget.Global);
    try {
      await untilItEndsWith(0, elsewhere);
    } finally {
      await settings.update('headless.enabled', undefined, ConfigurationTarget.Global);
    }
    await untilItEndsWith(3, elsewhere);
  });
});

/** A terminal of this window, and how a command ends in it. */
async function openTerminal(): Promise<{
  readonly terminal: Terminal;
  readonly run: (line: string) => Promise<number | undefined>;
}> {
  const integrated = new Promise<void>((resolve) => {
    const subscription = window.onDidChangeTerminalShellIntegration((change) => {
      if (change.terminal === terminal) {
        subscription.dispose();
        resolve();
      }
    });
  });
  const terminal = window.createTerminal({ name: 'mcp-auth', shellPath: '/bin/bash' });
  terminal.show();
  await integrated;
  return {
    terminal,
    run: async (line) => {
      const execution = terminal.shellIntegration?.executeCommand(line);
      return await new Promise((resolve) => {
        const subscription = window.onDidEndTerminalShellExecution((ended) => {
          if (ended.execution === execution) {
            subscription.dispose();
            resolve(ended.exitCode);
          }
        });
      });
    },
  };
}

/** What a process has printed as soon as that matches. */
async function printed(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return await new Promise((resolve, reject) => {
    let all = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        all += chunk;
        if (pattern.test(all)) {
          resolve(all);
        }
      });
    }
    child.once('close', () => reject(new Error(`It ended after ${JSON.stringify(all)}`)));
  });
}
