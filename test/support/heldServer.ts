import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './demo/listener.ts';
import { type Reply, send } from './reply.ts';

/** Many MCP servers at one origin, that count who asks what, and answer only when they are told to. */
export interface HeldServer {
  readonly origin: string;
  /** How often each path was asked. */
  readonly asked: ReadonlyMap<string, number>;
  /** The most requests that waited for an answer at one moment. */
  readonly mostAtOnce: number;
  /** Waits until so many requests wait. */
  untilOpen(count: number): Promise<void>;
  /** Answers all that wait. */
  answerOpen(): void;
  /** Answers all that wait, and from now on whoever comes. */
  release(): void;
  close(): Promise<void>;
}

/** Starts it. `answer` says what a path is answered. */
export async function startHeldServer(answer: (path: string) => Reply): Promise<HeldServer> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const asked = new Map<string, number>();
  const open = new Map<ServerResponse, string>();
  const waiting = new Set<() => void>();
  let mostAtOnce = 0;
  let isReleased = false;
  const answerOne = (response: ServerResponse, path: string) => {
    open.delete(response);
    send(answer(path), response);
  };
  const answerOpen = () => {
    for (const [response, path] of [...open]) {
      answerOne(response, path);
    }
  };
  server.on('request', ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    asked.set(url, (asked.get(url) ?? 0) + 1);
    open.set(response, url);
    mostAtOnce = Math.max(mostAtOnce, open.size);
    for (const look of [...waiting]) {
      look();
    }
    if (isReleased) {
      // Not in the same turn: whoever comes meanwhile is counted beside it.
      setImmediate(() => answerOne(response, url));
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
    answerOpen,
    release() {
      isReleased = true;
      answerOpen();
    },
    close,
  };
}
