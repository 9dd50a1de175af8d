import { createBirpc } from 'birpc';
import type { Clock } from '../../core/clock.ts';
import { AuthError, isCancelled } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Redactor } from '../../core/redaction.ts';
import type { Lines } from '../framing.ts';
import { writeCallMessage } from '../writeCallMessage.ts';
import { CallsInFlight } from './callsInFlight.ts';
import { lineLimits } from './protocol.ts';
import type { Answer, TerminalCalls, TerminalPrompts } from './terminalCalls.ts';
import { parseLine, parseTerminalMessage, type TerminalMessage } from './terminalMessage.ts';

/** The terminal command at the other end of a connection, which has proved that it runs for this user. */
export interface Terminal {
  readonly prompts: TerminalPrompts;
  /** Aborts when it is gone, for example by Ctrl+C: nobody waits for an answer any more. */
  readonly signal: AbortSignal;
}

/** What serving a terminal needs. */
export interface TerminalPorts {
  /** Makes what answers one terminal. */
  readonly calls: (terminal: Terminal) => TerminalCalls;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
}

/**
 * Answers a terminal until it is gone, or calls nothing for a while.
 *
 * @throws ProtocolError for what cannot be understood, after which nothing more is
 */
export async function serveTerminal(lines: Lines, ports: TerminalPorts): Promise<void> {
  lines.limit = lineLimits.call;
  const gone = new AbortController();
  const calling = new CallsInFlight(() => lines.close(), ports.clock);
  let onMessage: (message: TerminalMessage) => void = () => undefined;
  const calls = ports.calls({
    prompts: {
      progress: (text) => void rpc.progress.asEvent(text),
      show: (text) => void rpc.show.asEvent(text),
      ask: async (question) => {
        const answered = rpc.ask(question).then(parseLine);
        const line = await answered.catch(() => undefined);
        if (question.isSecret) {
          ports.redactor.learn(line);
        }
        return line;
      },
    },
    signal: gone.signal,
  });
  const rpc = createBirpc<TerminalPrompts, TerminalCalls>(answering(calls, calling, ports.log), {
    post: (message: { readonly t: string }) => {
      lines.send(writeCallMessage(message));
      if (lines.backlog > 2 * lineLimits.answer) {
        lines.close();
      }
    },
    on: (listener) => {
      onMessage = listener;
    },
    timeout: -1,
  });
  try {
    for (let text = await lines.receive(); text !== undefined; text = await lines.receive()) {
      const message = parseTerminalMessage(text);
      if (message.t === 'q') {
        calling.begin();
      }
      onMessage(message);
    }
  } finally {
    calling.dispose();
    gone.abort(new AuthError('cancelled', 'The terminal command has ended.'));
    rpc.$close();
  }
}

/** The calls, of which every one is counted and ends with an answer. */
function answering(calls: TerminalCalls, calling: CallsInFlight, log: Log): TerminalCalls {
  const answer = async <T>(called: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    try {
      return await called();
    } catch (error) {
      return failure(error, log);
    } finally {
      calling.end();
    }
  };
  return {
    status: (choice) => answer(() => calls.status(choice)),
    login: (request) => answer(() => calls.login(request)),
    logout: (choice) => answer(() => calls.logout(choice)),
    refresh: (choice) => answer(() => calls.refresh(choice)),
    get: (choice) => answer(() => calls.get(choice)),
    test: (choice) => answer(() => calls.test(choice)),
    headers: (request) => answer(() => calls.headers(request)),
    names: () => answer(() => calls.names()),
  };
}

function failure(error: unknown, log: Log) {
  if (error instanceof AuthError) {
    if (!isCancelled(error)) {
      log.warn('What the terminal command asked for failed', { reason: error });
    }
    return { ok: false, error: { code: error.code, message: error.message } } as const;
  }
  log.error('What the terminal command asked for failed unexpectedly', { reason: error });
  const message = 'An unexpected error, which the log has ("MCP Auth: Show Log").';
  return { ok: false, error: { code: 'unexpected', message } } as const;
}
