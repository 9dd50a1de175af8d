import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './demo/listener.ts';

/** Many MCP servers at one origin, that count who asks what, and answer when they are let. */
export interface HeldServer {
  readonly origin: string;
  /** How often each path was asked, in the order of the first time. */
  readonly asked: ReadonlyMap<string, number>;
  /** The most requests that were open at one moment. */
  readonly mostAtOnce: number;
  /** Waits until so many requests are open at one moment. */
  untilOpen(count: number): Promise<void>;
  /** Answers whatever is open, and from now on at once. */
  release(): void;
  close(): Promise<void>;
}

/** Starts it. `answer` says what is answered to a path. */
export async function startHeldServer(
  answer: (path: string, response: ServerResponse) => void,
): Promise<HeldServer> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const asked = new Map<string, number>();
  const open = new Map<ServerResponse, string>();
  const waiting = new Set<() => void>();
  let mostAtOnce = 0;
  let isHeld = true;
  const settle = (response: ServerResponse, path: string) => {
    open.delete(response);
    answer(path, response);
  };
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    const path = message.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    open.set(response, path);
    mostAtOnce = Math.max(mostAtOnce, open.size);
    for (const look of [...waiting]) {
      look();
    }
    if (!isHeld) {
      // Not in the same turn: whoever comes meanwhile is counted beside it.
      setImmediate(() => settle(response, path));
    }
  });
  return {
    origin,
    asked,
    get mostAtOnce() {
      return mostAtOnce;
    },
    untilOpen: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (open.size === count) {
            waiting.delete(look);
            resolve();
          }
        };
        waiting.add(look);
        look();
      }),
    release() {
      isHeld = false;
      for (const [response, path] of [...open]) {
        settle(response, path);
      }
    },
    close,
  };
}
