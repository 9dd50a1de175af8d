import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';
import { installCommand } from '../../src/node/ipc/installCommand.ts';
import { inProject } from '../../test/support/paths.ts';
import { createTemporaryFolder } from '../../test/support/temporaryFolder.ts';
import { bundleTerminal } from '../../test/support/terminal/terminalSuite.ts';
import { eventsOf } from '../eventsOf.ts';
import type { ProcessEvent } from '../gateway/processes/messages.ts';
import { startMcpRemote } from '../gateway/startMcpRemote.ts';
import { startProcess } from '../gateway/startProcess.ts';
import { load, loadSentence, machine } from '../machine.ts';
import { now } from '../now.ts';
import type { Part } from '../part.ts';
import { installPeers, peerVersions } from '../peers.ts';
import { plainNode } from '../plainNode.ts';
import { inTurn, Rounds } from '../rounds.ts';
import { table } from '../table.ts';
import { missed, type Target, targetTable } from '../target.ts';

const titles = {
  node: '`node -e 0`',
  ours: '**`mcp-auth headers`**',
  mcpRemote: '`mcp-remote`, until it has answered `initialize`',
} as const;
type Name = keyof typeof titles;
const names: readonly Name[] = ['node', 'ours', 'mcpRemote'];

/** How long a client waits for the headers of a server. Promised is a ratio. */
export const headers: Part = {
  name: 'headers',
  async measure(fewer = 40) {
    const before = load();
    const { run, close } = await prepare();
    const rounds = new Rounds<Name>();
    try {
      for (let round = -1; round < fewer; round++) {
        console.error(`Headers: ${round + 1} of ${fewer}`);
        for (const name of inTurn(names, round + 1)) {
          const time = await run[name]();
          // The first round warms up the machine's caches.
          if (round >= 0) {
            rounds.add(name, time);
          }
        }
      }
    } finally {
      await close();
    }
    const target: Target = {
      what: '`mcp-auth headers`, × `node -e 0`',
      measured: rounds.ratio('ours', 'node'),
      limit: { most: 1.5 },
    };
    return {
      tables: [
        `Measured on ${machine()}, with mcp-remote ${peerVersions['mcp-remote']}. Medians of ${fewer} rounds. ${loadSentence(before)}`,
        targetTable([target]),
        table(
          ['start to finish', '× `node -e 0`', 'ms'],
          names.map((name) => [
            titles[name],
            rounds.ratio(name, 'node').toFixed(2),
            rounds.median(name).toFixed(0),
          ]),
        ),
      ].join('\n\n'),
      broken: missed([target]),
    };
  },
};

/** Everything that is there before a client wants headers. */
async function prepare(): Promise<{
  readonly run: Readonly<Record<Name, () => Promise<number>>>;
  readonly close: () => Promise<void>;
}> {
  const peers = await installPeers();
  const folder = await createTemporaryFolder('mcp-auth-bench-');
  await bundleTerminal(folder.path);
  const scripts = [join(folder.path, 'terminal.js'), join(folder.path, 'terminalCommands.js')] as const;
  const bin = join(folder.path, 'bin');
  await installCommand({ folder: bin, scripts, execPath: process.execPath, locks: new WindowLocks() });
  const window = fork(inProject('bench', 'headers', 'window.ts'), [join(folder.path, 'windows')], {
    execArgv: [...plainNode],
    silent: true,
  });
  process.once('exit', () => window.kill());
  const { url: handle } = await eventsOf<ProcessEvent>(window).next('listening');
  const server = await startProcess('server');
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: folder.path, MCPAUTH_IPC_HANDLE: handle };
  const wanted = ['headers', 'bench', '--url', server.url.href];
  return {
    run: {
      node: () => timed(process.execPath, ['-e', '0'], { env, printed: /^$/ }),
      ours: () =>
        timed(join(bin, 'mcp-auth'), wanted, { env, printed: /^\{"Authorization":"Bearer a+"\}\n$/ }),
      mcpRemote: async () => {
        const began = now();
        const remote = await startMcpRemote(peers, server.url, folder.path);
        const time = now() - began;
        remote.close();
        return time;
      },
    },
    close: async () => {
      window.kill();
      server.close();
      await folder.remove();
    },
  };
}

/** Milliseconds that a command takes from start to finish. @throws when it prints something else */
async function timed(
  command: string,
  given: readonly string[],
  { env, printed }: { readonly env: NodeJS.ProcessEnv; readonly printed: RegExp },
): Promise<number> {
  const began = now();
  const child = spawn(command, given, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const time = now() - began;
  if (!printed.test(output)) {
    throw new Error(`${command} has printed ${JSON.stringify(output)}`);
  }
  return time;
}
