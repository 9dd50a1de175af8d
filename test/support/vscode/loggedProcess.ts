import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** What to start, and where its output goes. */
export interface LoggedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logFile: string;
}

/** A process with everything it starts: its output is in a file, and nothing of it is left after `stop`. */
export interface LoggedProcess {
  readonly logFile: string;
  /** Resolves with one sentence when the process has ended, for whatever reason. */
  readonly ended: Promise<string>;
  /** The end of what it printed. */
  tail(): string;
  /** Resolves with the match in the first line that matches; rejects with the log's end if the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

const TAIL = 6000;
const PATIENCE_MS = 5000;

/** Starts a process in a group of its own. It is killed at the latest when this process exits. */
export function startLogged(options: LoggedProcessOptions): LoggedProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const watchers = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    log.write(chunk);
    output += chunk.toString();
    for (const look of watchers) {
      look();
    }
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);

  const killNow = () => signalGroup(child, 'SIGKILL');
  // Before those who would remove the folder it works in.
  process.prependOnceListener('exit', killNow);
  const ended = new Promise<string>((resolve) => {
    const end = (sentence: string) => {
      process.off('exit', killNow);
      log.end();
      resolve(sentence);
    };
    child.once('error', (error) => end(`${options.command} could not be started: ${error.message}`));
    child.once('close', (code, signal) => end(`${options.command} ended with ${code ?? signal}`));
  });
  const tail = () => output.slice(-TAIL);

  return {
    logFile: options.logFile,
    ended,
    tail,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match) {
            watchers.delete(look);
            resolve(match);
          }
        };
        watchers.add(look);
        look();
        void ended.then((sentence) =>
          reject(new Error(`${sentence}. The end of ${options.logFile}:\n${tail()}`)),
        );
      }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        signalGroup(child, 'SIGTERM');
        const impatient = setTimeout(killNow, PATIENCE_MS);
        await ended;
        clearTimeout(impatient);
      }
      // A grandchild may have outlived its parent.
      killNow();
      await ended;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}
