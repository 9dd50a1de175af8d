import { startBenchServer } from './benchServer.ts';
import type { ServerAnswer, ServerCommand } from './messages.ts';

/** The server in a process of its own, so that its work is not done on the time of a client. */
async function main(): Promise<void> {
  let latency = 0;
  const server = await startBenchServer(async () => {
    if (latency > 0) {
      await new Promise((resolve) => setTimeout(resolve, latency));
    }
  });
  const answer = (message: ServerAnswer) => process.send?.(message);
  process.on('message', (command: ServerCommand) => {
    switch (command.kind) {
      case 'prepare':
        latency = command.latency;
        server.clear();
        if (command.revoke) {
          server.revokeEverything();
        }
        answer({ kind: 'prepared' });
        return;
      case 'report':
        answer({ kind: 'reported', spans: server.spans });
        return;
    }
  });
  process.once('disconnect', () => process.exit());
  answer({ kind: 'listening', mcpUrl: server.mcpUrl, warmUpUrl: server.warmUpUrl });
}

void main();
