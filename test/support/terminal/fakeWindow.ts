import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import type { Terminal } from '../../../src/node/ipc/connectedTerminal.ts';
import { listenForTerminals, type TerminalListener } from '../../../src/node/ipc/listenForTerminals.ts';
import type { TerminalCalls } from '../../../src/node/ipc/terminalCalls.ts';
import { recordLog } from '../recordedLog.ts';

/** What a test can say of a window. */
export interface FakeWindowOptions {
  readonly folder: string;
  readonly headlessFolder?: string;
  readonly workspaceFolders?: readonly string[];
  readonly clock?: Clock;
  /** What the window answers; any other call is unexpected, and fails the test when the window closes. */
  readonly calls?: (terminal: Terminal) => Partial<TerminalCalls>;
}

/** A window that terminals can call. */
export interface FakeWindow extends TerminalListener {
  /** The calls that came, by name, with what they ask for. */
  readonly called: readonly (readonly [name: keyof TerminalCalls, request?: unknown])[];
  readonly lines: readonly string[];
  /** Closes it. Fails where a call came that was not expected. */
  close(): void;
}

/** An answer that went well. */
export const ok = <T>(value: T) => ({ ok: true, value }) as const;

/** An answer that did not. */
export const failed = (code: string, message = `It is ${code}.`) =>
  ({ ok: false, error: { code, message } }) as const;

/** Opens a window that answers as the test says. */
export async function openFakeWindow({
  calls = () => ({}),
  clock = systemClock,
  ...options
}: FakeWindowOptions): Promise<FakeWindow> {
  const recorded = recordLog();
  const called: [keyof TerminalCalls, unknown?][] = [];
  const listener = await listenForTerminals({
    ...options,
    clock,
    log: recorded.log,
    redactor: recorded.redactor,
    calls: (terminal) => answering(calls(terminal), called),
  });
  return {
    ...listener,
    called,
    lines: recorded.lines,
    close() {
      listener.dispose();
      assert.deepEqual(
        recorded.lines.filter((line) => line.startsWith('error')),
        [],
      );
    },
  };
}

function answering(
  expected: Partial<TerminalCalls>,
  called: [keyof TerminalCalls, unknown?][],
): TerminalCalls {
  const unexpected = (name: string) => () => assert.fail(`${name} was called`);
  const note =
    <Request, Answer>(name: keyof TerminalCalls, answer: (request: Request) => Answer) =>
    (request: Request) => {
      called.push([name, request]);
      return answer(request);
    };
  return {
    status: note('status', expected.status ?? unexpected('status')),
    login: note('login', expected.login ?? unexpected('login')),
    logout: note('logout', expected.logout ?? unexpected('logout')),
    refresh: note('refresh', expected.refresh ?? unexpected('refresh')),
    get: note('get', expected.get ?? unexpected('get')),
    test: note('test', expected.test ?? unexpected('test')),
    headers: note('headers', expected.headers ?? unexpected('headers')),
    names: () => {
      called.push(['names']);
      return (expected.names ?? unexpected('names'))();
    },
  };
}
