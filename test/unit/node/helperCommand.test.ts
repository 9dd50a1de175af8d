import assert from 'node:assert/strict';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../../src/core/clock.ts';
import type { HelperCall } from '../../../src/core/credential/helperCall.ts';
import type { HelperResult } from '../../../src/core/credential/helperResult.ts';
import { runHelperCommand } from '../../../src/node/helperCommand.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { sampleHelperCall } from '../../support/sampleHelperCall.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';

const never = new AbortController().signal;
const isWindows = process.platform === 'win32';

/** A place that processes of a test connect to, so that it hears when they begin and when they have ended. */
interface Gathering {
  readonly port: number;
  /** The next process that has come. */
  arrival(): Promise<Socket>;
  close(): void;
}

async function gather(): Promise<Gathering> {
  const server: Server = createServer();
  const arrived: Socket[] = [];
  server.on('connection', (socket) => {
    // A process that is killed may reset its connection.
    socket.on('error', () => undefined).resume();
    arrived.push(socket);
    server.emit('arrival');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async arrival() {
      while (arrived.length === 0) {
        await once(server, 'arrival');
      }
      return arrived.shift() ?? assert.fail('nobody came');
    },
    close: () => void server.close(),
  };
}

/** Resolves when a connection has ended, in whatever way: unlike `once`, which rejects when it was reset. */
async function closing(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}

describe('runHelperCommand', () => {
  let folder: TemporaryFolder;
  let gathering: Gathering;
  beforeEach(async () => {
    folder = await createTemporaryFolder('mcp-auth-helper-');
    gathering = await gather();
  });
  afterEach(async () => {
    gathering.close();
    await folder.remove();
  });

  /** A call whose command runs a script by this Node.js. */
  async function script(text: string, changes: Partial<HelperCall> = {}): Promise<HelperCall> {
    const file = join(folder.path, 'helper.cjs');
    await writeFile(file, text);
    const command = `"${process.execPath}" "${file}"`;
    return { ...sampleHelperCall, command, workingDirectory: folder.path, ...changes };
  }

  /** As long as the process lives, it is connected, and does not end by itself. */
  const staysConnected = () => `require('net').connect(${gathering.port}, '127.0.0.1');`;

  /** A process of its own that stays connected and keeps the pipes open. */
  const leavesBehind = (options = "stdio: 'inherit'") =>
    `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(staysConnected())}], { ${options} });`;

  async function run(call: HelperCall, signal = never): Promise<HelperResult> {
    return await runHelperCommand(call, { environment: process.env, clock: systemClock }, signal);
  }

  it('gives what a command prints, and how it ends', async () => {
    const call = await script(`console.log('{"A": "ü"}'); console.error('a warning'); process.exitCode = 3;`);
    assert.deepEqual(await run(call), {
      kind: 'exited',
      code: 3,
      stdout: '{"A": "ü"}\n',
      stderr: 'a warning\n',
    });
  });

  it('lets a shell read the command', async () => {
    const command = isWindows
      ? 'echo %CLAUDE_CODE_MCP_SERVER_NAME%'
      : `printf '%s' "$CLAUDE_CODE_MCP_SERVER_NAME" | cat`;
    const result = await run({ ...sampleHelperCall, command, workingDirectory: folder.path });
    assert.ok(result.kind === 'exited');
    assert.equal(result.stdout.trim(), 'internal');
  });

  it('says that a command was not found by its exit code and stderr', async () => {
    const result = await run({
      ...sampleHelperCall,
      command: 'no-such-helper-4711',
      workingDirectory: folder.path,
    });
    assert.ok(result.kind === 'exited');
    assert.notEqual(result.code, 0);
    assert.match(result.stderr, /no-such-helper-4711/);
  });

  it('runs in the folder of the call, with nothing on its input', async () => {
    const call = await script(`process.stdin.on('end', () => console.log(process.cwd())).resume();`);
    const result = await run(call);
    assert.ok(result.kind === 'exited');
    assert.equal(realpathSync(result.stdout.trim()), folder.path);
  });

  it('says that the folder is missing, or none, and runs nothing', async () => {
    const call = await script('');
    for (const workingDirectory of [join(folder.path, 'missing'), join(folder.path, 'helper.cjs')]) {
      assert.deepEqual(await run({ ...call, workingDirectory }), { kind: 'noFolder' });
    }
  });

  it('says that the shell cannot be started', async () => {
    const result = await runHelperCommand(
      { ...(await script('')), serverName: 'a name with \0' },
      { environment: {}, clock: systemClock },
      never,
    );
    assert.equal(result.kind, 'notStarted');
  });

  it('hands on the environment that it is given and no other, without secrets for a repository', async () => {
    const call = await script(`console.log(JSON.stringify(process.env));`);
    const given = Object.fromEntries(
      ['PATH', 'Path', 'SystemRoot', 'ComSpec'].flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    );
    const environment = { ...given, TEAM_TOKEN: 'sesame', PLAIN: 'value', UNSET: undefined };
    process.env.MCP_TEST_OF_THIS_PROCESS = 'leaked';
    try {
      const seen = async (isShared: boolean) => {
        const result = await runHelperCommand(
          { ...call, isShared },
          { environment, clock: systemClock },
          never,
        );
        assert.ok(result.kind === 'exited');
        return JSON.parse(result.stdout) as Record<string, string>;
      };
      const [shared, own] = [await seen(true), await seen(false)];
      assert.deepEqual([shared.TEAM_TOKEN, own.TEAM_TOKEN], [undefined, 'sesame']);
      for (const variables of [shared, own]) {
        assert.equal(variables.PLAIN, 'value');
        assert.equal('MCP_TEST_OF_THIS_PROCESS' in variables, false);
        assert.equal('UNSET' in variables, false);
        assert.equal(variables.CLAUDE_CODE_MCP_SERVER_URL, 'https://internal.example/mcp');
      }
    } finally {
      delete process.env.MCP_TEST_OF_THIS_PROCESS;
    }
  });

  it('takes exactly 1,000,000 bytes', async () => {
    const result = await run(await script(`process.stdout.write('x'.repeat(1_000_000));`));
    assert.ok(result.kind === 'exited');
    assert.equal(result.stdout.length, 1_000_000);
  });

  it('ends a command that prints more, and all that it has started', async () => {
    const print = `process.stdout.write('x'.repeat(1_000_001))`;
    const call = await script(
      `${leavesBehind()} require('net').connect(${gathering.port}, '127.0.0.1').on('data', () => ${print});`,
    );
    const result = run(call);
    const sockets = [await gathering.arrival(), await gathering.arrival()];
    const ended = sockets.map(closing);
    for (const socket of sockets) {
      socket.write('print');
    }
    assert.deepEqual(await result, { kind: 'tooLong' });
    await Promise.all(ended);
  });

  it('reads stderr of any length, and keeps its beginning', async () => {
    const result = await run(
      await script(`process.stderr.write('first\\n' + 'x'.repeat(5_000_000), () => console.log('{}'));`),
    );
    assert.ok(result.kind === 'exited');
    assert.deepEqual([result.stdout, result.stderr.length], ['{}\n', 16_384]);
    assert.match(result.stderr, /^first\n/);
  });

  it('does not wait for a process that the command leaves behind with its pipes, nor end it', async () => {
    // On Windows a child of Node.js that is not detached ends with its parent.
    const own = leavesBehind("stdio: 'inherit', detached: true");
    const call = await script(`${own} process.stdout.write('{}', () => process.exit(0));`);
    const result = run(call);
    const leftBehind = await gathering.arrival();
    assert.deepEqual(await result, { kind: 'exited', code: 0, stdout: '{}', stderr: '' });
    assert.equal(leftBehind.closed, false);
    const itsEnd = closing(leftBehind);
    leftBehind.end();
    await itsEnd;
  });

  it('ends a command that takes 10 seconds, and all that it has started', async () => {
    const clock = new FakeClock();
    const call = await script(`console.error('Password:'); ${leavesBehind()} ${staysConnected()}`);
    const result = runHelperCommand(call, { environment: process.env, clock }, never);
    const sockets = [await gathering.arrival(), await gathering.arrival()];
    const ended = sockets.map(closing);
    clock.advance(9_999);
    clock.advance(1);
    assert.deepEqual(await result, { kind: 'timedOut', stderr: 'Password:\n' });
    await Promise.all(ended);
  });

  it('ends everything when the person gives up, also what does not want to', async () => {
    const clock = new FakeClock();
    const stubborn = `process.on('SIGTERM', () => undefined); ${staysConnected()}`;
    const call = await script(
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: 'inherit' }); ${stubborn}`,
    );
    const person = new AbortController();
    const result = runHelperCommand(call, { environment: process.env, clock }, person.signal);
    const sockets = [await gathering.arrival(), await gathering.arrival()];
    const ended = sockets.map(closing);
    person.abort();
    await assert.rejects(result, { code: 'cancelled' });
    clock.advance(1000);
    await Promise.all(ended);
    assert.equal(clock.timerCount, 0);
  });

  it('starts nothing for who has given up before', async () => {
    await assert.rejects(run(await script(staysConnected()), AbortSignal.abort()), { code: 'cancelled' });
  });

  it('leaves no timer and no listener behind', async () => {
    const clock = new FakeClock();
    const result = await runHelperCommand(
      await script(`console.log('{}')`),
      { environment: process.env, clock },
      never,
    );
    assert.equal(result.kind, 'exited');
    assert.equal(clock.timerCount, 0);
  });

  if (!isWindows) {
    it('says which signal has ended a command', async () => {
      const call = { ...(await script('')), command: 'echo ow >&2; kill -KILL $$' };
      assert.deepEqual(await run(call), { kind: 'killed', signal: 'SIGKILL', stderr: 'ow\n' });
    });
  }
});
