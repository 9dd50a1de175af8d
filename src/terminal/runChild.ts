import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Sent to this process only: the child has to be told. */
const forwarded: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Sent by a terminal, to all processes in its foreground: the child knows already. */
const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a command in the place of this process, as far as that can be: with its terminal, its signals and its exit code.
 *
 * @returns its exit code; a signal that ended it ends this process, too
 */
export async function runChild(
  command: string,
  given: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  let child: ChildProcess;
  try {
    child = spawn(command, [...given], { env, stdio: 'inherit', windowsHide: false });
  } catch (error) {
    // A batch file on Windows (CVE-2024-27980).
    return failedToStart(command, error);
  }
  const handlers = passSignals((signal) => void child.kill(signal));
  try {
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => resolve({ code, signal }));
      },
    );
    handlers.dispose();
    if (signal !== null) {
      process.kill(process.pid, signal);
      return 128 + constants.signals[signal];
    }
    return code ?? 1;
  } catch (error) {
    handlers.dispose();
    return failedToStart(command, error);
  }
}

function passSignals(send: (signal: NodeJS.Signals) => void) {
  const isWindows = process.platform === 'win32';
  const signals = isWindows ? ofTerminal : [...forwarded, ...ofTerminal];
  const isForwarded = (signal: NodeJS.Signals) => forwarded.includes(signal) || process.stdin.isTTY !== true;
  // Until now Ctrl+C meant this process.
  process.removeAllListeners('SIGINT');
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (isForwarded(signal)) {
        send(signal);
      }
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    dispose() {
      for (const { signal, handler } of handlers) {
        process.off(signal, handler);
      }
    },
  };
}

/** As shells do: 127 for what is not there, 126 for what cannot be run. */
function failedToStart(command: string, error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const reason = code === 'ENOENT' ? 'there is no such command' : code;
  const hint = process.platform === 'win32' ? ' A batch file needs "cmd /c" in front.' : '';
  process.stderr.write(`mcp-auth: ${JSON.stringify(command)} cannot be run: ${reason}.${hint}\n`);
  return code === 'ENOENT' ? 127 : 126;
}
