import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import type { Environment } from '../core/config/expansion.ts';
import type { HelperCall } from '../core/credential/helperCall.ts';
import { helperEnvironment } from '../core/credential/helperEnvironment.ts';
import { type HelperResult, helperOutputLimit, helperTimeLimit } from '../core/credential/helperResult.ts';
import { abortError, throwIfAborted } from '../core/errors.ts';
import { type LimitedOutput, limitedOutput } from './limitedOutput.ts';
import { endProcessTree, rootOfTree } from './processTree.ts';

/** How much of stderr is kept, in bytes: its first line is shown. */
const stderrLimit = 16_384;

/** How long after a command's end what it has written may take to arrive, in milliseconds. */
const lastWords = 250;

/** What running a command takes. */
export interface HelperCommandPorts {
  /** That of the window; the helper does not get the secrets in it where it comes with a repository. */
  readonly environment: Environment;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly timeLimit?: number | undefined;
}

/** A shell with its pipes, as `stdio` below makes it. */
type Helper = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/**
 * Runs a helper's command in a shell, as Claude Code does (mcp-json-facts §1.4), and ends all of its processes when it
 * takes too long, prints too much, or the signal aborts. A process that the command leaves behind is not waited for.
 *
 * @throws AuthError the signal's reason, and nothing else
 */
export async function runHelperCommand(
  call: HelperCall,
  ports: HelperCommandPorts,
  signal: AbortSignal,
): Promise<HelperResult> {
  throwIfAborted(signal);
  const isThere = await isFolder(call.workingDirectory);
  throwIfAborted(signal);
  if (!isThere) {
    return { kind: 'noFolder' };
  }
  const helper = startHelper(call, ports.environment);
  return 'kind' in helper ? helper : await resultOf(helper, ports, signal);
}

function startHelper(call: HelperCall, environment: Environment): Helper | HelperResult {
  try {
    return spawn(call.command, {
      ...rootOfTree,
      shell: true,
      cwd: call.workingDirectory,
      env: { ...helperEnvironment(call, environment) },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (cause) {
    return { kind: 'notStarted', cause };
  }
}

async function resultOf(
  helper: Helper,
  { clock, timeLimit = helperTimeLimit }: HelperCommandPorts,
  signal: AbortSignal,
): Promise<HelperResult> {
  const { promise, resolve, reject } = Promise.withResolvers<HelperResult>();
  const stop = () => helper.pid !== undefined && endProcessTree(helper.pid, clock);
  const stdout = limitedOutput(helper.stdout, helperOutputLimit, () => {
    stop();
    resolve({ kind: 'tooLong' });
  });
  const stderr = limitedOutput(helper.stderr, stderrLimit);
  const onAbort = () => {
    stop();
    reject(abortError(signal));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  let timer = clock.setTimer(timeLimit, () => {
    stop();
    resolve({ kind: 'timedOut', stderr: stderr.text() });
  });
  helper.once('error', (cause) => resolve({ kind: 'notStarted', cause }));
  const onExit = (code: number | null, killedBy: NodeJS.Signals | null) => {
    // From here on only what is in the pipes is missing; their end may never come, where another process holds them.
    timer.dispose();
    timer = clock.setTimer(lastWords, () => {
      // Once more round the event loop: where it was held up, what has arrived has not been read yet.
      setImmediate(() => resolve(exitResult({ code, killedBy }, stdout, stderr)));
    });
  };
  helper.once('exit', onExit);
  helper.once('close', (code, killedBy) => resolve(exitResult({ code, killedBy }, stdout, stderr)));
  try {
    return await promise;
  } finally {
    // What has been ended exits later.
    helper.off('exit', onExit);
    timer.dispose();
    signal.removeEventListener('abort', onAbort);
    stdout.close();
    stderr.close();
  }
}

function exitResult(
  exit: { readonly code: number | null; readonly killedBy: NodeJS.Signals | null },
  stdout: LimitedOutput,
  stderr: LimitedOutput,
): HelperResult {
  return exit.code === null
    ? { kind: 'killed', signal: String(exit.killedBy), stderr: stderr.text() }
    : { kind: 'exited', code: exit.code, stdout: stdout.text(), stderr: stderr.text() };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
