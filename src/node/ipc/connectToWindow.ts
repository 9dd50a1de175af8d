import { connect, type Socket } from 'node:net';
import { type BirpcReturn, createBirpc } from 'birpc';
import { Lines, ProtocolError } from '../framing.ts';
import { writeCallMessage } from '../writeCallMessage.ts';
import { lineLimits } from './protocol.ts';
import type { Registration } from './registration.ts';
import type { TerminalCalls, TerminalPrompts } from './terminalCalls.ts';
import { parseWindowMessage, type WindowMessage } from './windowMessage.ts';

/** A window that has proved to be the one that is registered. Its answers are still to be parsed. */
export interface WindowConnection {
  readonly calls: BirpcReturn<TerminalCalls, TerminalPrompts>;
  close(): void;
}

/** Milliseconds until a window has to have greeted: one that is busy with something else is passed over. */
const greetingLimit = 3000;

/**
 * Connects to a window.
 *
 * @returns nothing where no window is any more
 * @throws ProtocolError where something else is in its place
 * @throws the system's error, for example `EACCES`
 */
export async function connectToWindow(
  { address, secret }: Registration,
  prompts: TerminalPrompts,
): Promise<WindowConnection | undefined> {
  // Cryptography takes longer to load than all the rest: meanwhile the window gets ready.
  const [socket, { greetWindow }] = await Promise.all([open(address), import('./handshake.ts')]);
  if (!socket) {
    return undefined;
  }
  const lines = new Lines(socket, lineLimits.handshake);
  const timer = setTimeout(() => lines.close(), greetingLimit);
  try {
    if (!(await greetWindow(lines, secret))) {
      return undefined;
    }
  } catch (error) {
    lines.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return converse(lines, prompts);
}

function converse(lines: Lines, prompts: TerminalPrompts): WindowConnection {
  let onMessage: (message: WindowMessage) => void = () => undefined;
  const rpc = createBirpc<TerminalCalls, TerminalPrompts>(prompts, {
    post: (message: { readonly t: string }) => lines.send(writeCallMessage(message)),
    on: (listener) => {
      onMessage = listener;
    },
    timeout: -1,
  });
  lines.limit = lineLimits.answer;
  const listen = async () => {
    try {
      for (let text = await lines.receive(); text !== undefined; text = await lines.receive()) {
        onMessage(parseWindowMessage(text));
      }
    } catch (error) {
      rpc.$close(error instanceof ProtocolError ? error : undefined);
    } finally {
      lines.close();
      rpc.$close();
    }
  };
  void listen();
  return { calls: rpc, close: () => lines.close() };
}

/** @returns nothing where nobody listens @throws the system's error */
async function open(address: string): Promise<Socket | undefined> {
  return await new Promise((resolve, reject) => {
    const socket = connect(address, () => resolve(socket));
    socket.on('error', (error) => {
      const isGone = 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
      isGone ? resolve(undefined) : reject(error);
    });
  });
}
