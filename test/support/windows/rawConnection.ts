import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Lines } from '../../../src/node/framing.ts';

/** A connection to a window, as any program of the same user can open one. */
export interface RawConnection {
  readonly socket: Socket;
  send(message: object | string): void;
  /** The next message, or nothing when the window has ended the connection. */
  receive(): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Everything that still comes until the window ends the connection. */
  rest(): Promise<readonly string[]>;
}

/** Where a window listens, as its registration says. */
export async function addressOf(folder: string, windowId: string): Promise<string> {
  const { address } = JSON.parse(await readFile(join(folder, `${windowId}.json`), 'utf8'));
  return String(address);
}

/** The names of all registrations. */
export async function registrations(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.json'));
}

/** Opens a connection to an address. */
export async function connectRaw(address: string): Promise<RawConnection> {
  const socket = connect(address);
  await once(socket, 'connect');
  return rawConnection(socket);
}

/** Speaks over a connection that is open. */
export function rawConnection(socket: Socket): RawConnection {
  const lines = new Lines(socket, Number.POSITIVE_INFINITY);
  return {
    socket,
    send: (message) => lines.send(typeof message === 'string' ? message : JSON.stringify(message)),
    receive: async () => {
      const line = await lines.receive();
      return line === undefined ? undefined : JSON.parse(line);
    },
    rest: async () => {
      const all: string[] = [];
      for (let line = await lines.receive(); line !== undefined; line = await lines.receive()) {
        all.push(line);
      }
      return all;
    },
  };
}
