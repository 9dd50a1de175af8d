import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Session, serializeSession } from '../../src/core/session/session.ts';
import { inProject } from '../support/paths.ts';
import type { ProcessMessage, ProcessOptions, StopPoint, UseRequest } from './messages.ts';

/** What came of using a session. */
export type Use = { readonly accessToken: string } | { readonly code: string; readonly message: string };

/** A window that is a process: see `sessionProcess.ts`. */
export interface WindowProcess {
  /** A token that is good at a time in milliseconds, by the window's own means. */
  use(serverUrl: string, now: number): Promise<Use>;
  /** Stores a session there, as after a sign-in, and uses it. */
  signIn(session: Session, now: number): Promise<Use>;
  /** Resolves when it has stopped where it was told to. */
  readonly stopped: Promise<StopPoint>;
  /** Kills it, as `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts one, with its sessions read. */
export async function startWindowProcess(options: ProcessOptions): Promise<WindowProcess> {
  const child = fork(inProject('test', 'processes', 'sessionProcess.ts'), [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
  });
  const uses = new Map<number, (use: Use) => void>();
  const stopped = Promise.withResolvers<StopPoint>();
  const ready = Promise.withResolvers<void>();
  child.on('message', (message: ProcessMessage) => {
    switch (message.type) {
      case 'ready':
        return ready.resolve();
      case 'stopped':
        return stopped.resolve(message.at);
      case 'used':
      case 'failed':
        return uses.get(message.id)?.(message);
    }
  });
  await Promise.race([ready.promise, once(child, 'exit').then(() => Promise.reject(new Error('It ended.')))]);
  let id = 0;
  const ask = (request: Omit<UseRequest, 'id'>) =>
    new Promise<Use>((resolve) => {
      id++;
      uses.set(id, resolve);
      child.send({ id, ...request });
    });
  return {
    use: (serverUrl, now) => ask({ serverUrl, now }),
    signIn: (session, now) => ask({ serverUrl: session.serverUrl, now, session: serializeSession(session) }),
    stopped: stopped.promise,
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
