import type { BirpcReturn } from 'birpc';
import { ProtocolError } from '../framing.ts';
import { CommandError } from './commandError.ts';
import { connectToWindow, type WindowConnection } from './connectToWindow.ts';
import { type CommandSurroundings, findWindows } from './findWindows.ts';
import type { Registration } from './registration.ts';
import type { Answer, TerminalCalls, TerminalPrompts } from './terminalCalls.ts';

/** The calls of a window that is connected. */
export type WindowCalls = BirpcReturn<TerminalCalls, TerminalPrompts>;

/**
 * Calls a window, and the next one as long as one answers that it does not have the server.
 *
 * @returns what the first one answers that has it
 * @throws CommandError that of the window, or `no_window`, `window_gone`
 */
export async function callWindow<T>(
  call: (calls: WindowCalls) => Promise<Answer<T>>,
  surroundings: CommandSurroundings & { readonly prompts: TerminalPrompts },
): Promise<T> {
  let unknown: CommandError | undefined;
  for (const registration of findWindows(surroundings)) {
    const connection = await connected(registration, surroundings);
    if (!connection) {
      continue;
    }
    const answer = await answered(connection, call);
    if (answer.ok) {
      return answer.value;
    }
    const error = new CommandError(answer.error.code, answer.error.message);
    if (error.code !== 'unknown_server') {
      throw error;
    }
    unknown ??= error;
  }
  throw unknown ?? new CommandError('no_window', noWindow);
}

const noWindow =
  'MCP Auth is not running here. Open a terminal in VS Code; or, for programs elsewhere on this machine, switch on the setting mcpAuth.headless.enabled while VS Code is open.';

async function connected(
  registration: Registration,
  { prompts, warn }: CommandSurroundings & { readonly prompts: TerminalPrompts },
): Promise<WindowConnection | undefined> {
  try {
    return await connectToWindow(registration, prompts);
  } catch (error) {
    const address = JSON.stringify(registration.address);
    warn(
      error instanceof ProtocolError
        ? `What listens at ${address} is not the window that it should be, and is left alone.`
        : `${address} cannot be reached from here (${code(error)}).`,
    );
    return undefined;
  }
}

async function answered<T>(
  { calls, close }: WindowConnection,
  call: (calls: WindowCalls) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  try {
    return await call(calls);
  } catch (error) {
    throw error instanceof ProtocolError
      ? new CommandError('invalid_response', 'The window of VS Code answered what cannot be understood.')
      : new CommandError('window_gone', 'The window of VS Code was closed or reloaded before it answered.');
  } finally {
    close();
  }
}

function code(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
