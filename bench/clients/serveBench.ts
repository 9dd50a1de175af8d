import { now } from '../now.ts';
import type { ClientCommand, ClientEvent, SignInTask } from './messages.ts';

/** What a client reports while it signs in. */
export interface Reporter {
  clicked(): void;
  opened(url: URL): void;
  stored(state: unknown): void;
}

/** A client as the bench needs it. */
export interface BenchClient {
  /** Calls `clicked` when everything is set up, then signs in. */
  signIn(task: SignInTask, report: Reporter): Promise<void>;
  deliver(callback: URL): void;
}

/** Runs one client in this process, for the bench that has started it. Call it when everything is loaded. */
export function serveBench(client: BenchClient): void {
  const tell = (event: ClientEvent) => process.send?.(event);
  const report: Reporter = {
    clicked: () => tell({ kind: 'clicked', at: now() }),
    opened: (url) => tell({ kind: 'opened', at: now(), url: url.href }),
    stored: (state) => tell({ kind: 'stored', at: now(), state }),
  };
  const obey = async (command: ClientCommand) => {
    switch (command.kind) {
      case 'warmUp':
        // A program that runs for long has loaded `fetch`, which Node does with the first request.
        await (await fetch(command.url)).text();
        tell({ kind: 'ready' });
        return;
      case 'signIn':
        await client.signIn(command, report);
        return;
      case 'callback':
        tell({ kind: 'calledBack', at: now() });
        client.deliver(new URL(command.url));
        return;
    }
  };
  process.on('message', (command: ClientCommand) => {
    obey(command).catch((error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ kind: 'failed', reason });
    });
  });
  process.once('disconnect', () => process.exit());
}
