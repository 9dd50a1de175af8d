import * as v from 'valibot';
import { answerMessage, callMessage } from '../callMessage.ts';
import { messageParser, messageTextParser } from '../messageParser.ts';
import { lineLimits } from './protocol.ts';

function callSchema() {
  const server = v.optional(v.pipe(v.string(), v.maxLength(1000)));
  const choice = { server, url: v.optional(v.pipe(v.string(), v.maxLength(16 * 1024))) };
  const caller = v.object({
    program: v.picklist(['claudeCode', 'codex', 'script', 'terminal']),
    parent: v.optional(v.pipe(v.string(), v.maxLength(100))),
  });
  /** Milliseconds. */
  const patience = v.pipe(v.number(), v.minValue(0), v.maxValue(60_000));
  return v.union([
    v.variant('m', [
      callMessage('status', [v.object(choice)]),
      callMessage('login', [
        v.object({ ...choice, all: v.optional(v.boolean()), noBrowser: v.optional(v.boolean()) }),
      ]),
      callMessage('logout', [v.object(choice)]),
      callMessage('refresh', [v.object(choice)]),
      callMessage('get', [v.object(choice)]),
      callMessage('test', [v.object(choice)]),
      callMessage('headers', [v.object({ ...choice, caller, patience })]),
      callMessage('names', []),
    ]),
    answerMessage(),
  ]);
}

/** A call of the terminal, or its answer to a prompt. */
export type TerminalMessage = v.InferOutput<ReturnType<typeof callSchema>>;

/** Reads what a terminal sends that has proved itself. @throws ProtocolError */
export const parseTerminalMessage = messageTextParser(callSchema);

/** Reads the answer to `ask`. @throws ProtocolError */
export const parseLine = messageParser(() => v.optional(v.pipe(v.string(), v.maxLength(lineLimits.call))));
