import { fork } from 'node:child_process';
import { inProject } from '../test/support/paths.ts';
import { eventsOf } from './eventsOf.ts';
import { plainNode } from './plainNode.ts';
import type { RequestSpan } from './series.ts';
import type { ServerAnswer, ServerCommand } from './server/messages.ts';

/** The bench's server, in its own process. */
export interface ServerProcess {
  readonly mcpUrl: string;
  readonly warmUpUrl: string;
  /** Makes it ready for one sign-in, whose requests are answered `latency` milliseconds late. */
  prepare(options: { readonly latency: number; readonly revoke: boolean }): Promise<void>;
  /** The requests since it was prepared. */
  spans(): Promise<readonly RequestSpan[]>;
  close(): void;
}

/** Starts it. */
export async function startServerProcess(): Promise<ServerProcess> {
  const child = fork(inProject('bench', 'server', 'main.ts'), { execArgv: [...plainNode] });
  const events = eventsOf<ServerAnswer>(child);
  const { mcpUrl, warmUpUrl } = await events.next('listening');
  const command = (message: ServerCommand) => child.send(message);
  return {
    mcpUrl,
    warmUpUrl,
    prepare: async (options) => {
      command({ kind: 'prepare', ...options });
      await events.next('prepared');
    },
    spans: async () => {
      command({ kind: 'report' });
      return (await events.next('reported')).spans;
    },
    close: () => void child.kill(),
  };
}
