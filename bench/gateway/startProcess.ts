import { fork } from 'node:child_process';
import { inProject } from '../../test/support/paths.ts';
import { eventsOf } from '../eventsOf.ts';
import { plainNode } from '../plainNode.ts';
import type { Memory, ProcessCommand, ProcessEvent } from './processes/messages.ts';

/** A server or a proxy in a process of its own. */
export interface BenchProcess {
  readonly pid: number | undefined;
  readonly url: URL;
  /** Its memory, its garbage collected. */
  memory(): Promise<Memory>;
  close(): void;
}

/** Starts one of `bench/gateway/processes`. */
export async function startProcess(
  name: 'ours' | 'passThrough' | 'server',
  target?: URL,
): Promise<BenchProcess> {
  const child = fork(inProject('bench', 'gateway', 'processes', `${name}.ts`), target ? [target.href] : [], {
    execArgv: [...plainNode, '--expose-gc'],
    silent: true,
  });
  const events = eventsOf<ProcessEvent>(child);
  const closeWithUs = () => void child.kill();
  process.once('exit', closeWithUs);
  const { url } = await events.next('listening');
  return {
    pid: child.pid,
    url: new URL(url),
    memory: async () => {
      child.send({ kind: 'measure' } satisfies ProcessCommand);
      return await events.next('measured');
    },
    close: () => {
      process.off('exit', closeWithUs);
      child.kill();
    },
  };
}
