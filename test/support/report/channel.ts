import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestEvent, TestEventSink } from './testEvent.ts';

/** The environment variable that tells a suite in another process where to send its events. */
export const CHANNEL_PORT = 'MCP_AUTH_TEST_CHANNEL_PORT';

/** The runner's side of the channel. */
export interface EventChannel {
  /** The environment of the process that runs the suite. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the suite's process has started to run the suite. */
  readonly connected: Promise<void>;
  /** Resolves when the suite's process has let go of the channel: at its end, or because it is gone. */
  readonly finished: Promise<void>;
  close(): void;
}

/** Listens for the events of one suite in another process. */
export async function listenForEvents(sink: TestEventSink): Promise<EventChannel> {
  const server = createServer();
  const connected = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  server.once('connection', (socket) => {
    connected.resolve();
    createInterface({ input: socket }).on('line', (line) => sink(JSON.parse(line) as TestEvent));
    socket.once('error', () => finished.resolve());
    socket.once('close', () => finished.resolve());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { [CHANNEL_PORT]: String(port) },
    connected: connected.promise,
    finished: finished.promise,
    close: () => server.close(),
  };
}

/** The suite's side of the channel. */
export async function openChannel(): Promise<{ readonly sink: TestEventSink; close(): Promise<void> }> {
  const port = Number(process.env[CHANNEL_PORT]);
  if (!(port > 0)) {
    throw new Error(`${CHANNEL_PORT} is not set: start this suite with its runner.`);
  }
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return {
    sink: (event) => {
      socket.write(`${JSON.stringify(event)}\n`);
    },
    close: async () => {
      socket.end();
      await once(socket, 'close');
    },
  };
}
