import * as v from 'valibot';
import { answerMessage, callMessage } from '../callMessage.ts';
import { messageParser, messageTextParser } from '../messageParser.ts';

/**
 * What goes over a connection between the terminal command and a window. Both ends import this file, but the other
 * end may be an older or a newer version of it, or a program that only pretends: everything that arrives is parsed.
 *
 * 1. The terminal greets, then the window: a hello each, with a number that nobody can guess.
 * 2. The window sends its proof that it knows the secret of its registration, then the terminal its own.
 * 3. From then on every line is a call or an answer (birpc): `TerminalCalls` of the window, `TerminalPrompts` of the
 *    terminal. Nothing is sealed: who could listen in on the socket, or stand in between, could read the secret, too.
 */
export const protocolVersion = 1;

/** Limits of one line, in characters: before both ends are known, to a window, and to a terminal. */
export const lineLimits = { handshake: 1024, call: 64 * 1024, answer: 16 * 1024 * 1024 } as const;

/** In milliseconds: until both ends have to have proved themselves, and for how long a terminal may call nothing. */
export const timeLimits = { handshake: 5000, idle: 10_000 } as const;

/** How many calls of one terminal run at the same time at most. */
export const callLimit = 8;

function token() {
  return v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
}

function hello<const Role extends 'terminal' | 'window'>(role: Role) {
  return v.object({
    type: v.literal('hello'),
    version: v.literal(protocolVersion),
    role: v.literal(role),
    nonce: token(),
  });
}

/** What an end says first. */
export interface Hello {
  readonly type: 'hello';
  readonly version: typeof protocolVersion;
  readonly role: 'terminal' | 'window';
  /** 32 random bytes. */
  readonly nonce: string;
}

/** Reads what a terminal says first. @throws ProtocolError, as all parsers of this file do */
export const parseTerminalHello = messageTextParser(() => hello('terminal'));

/** Reads what a window says first. @throws ProtocolError */
export const parseWindowHello = messageTextParser(() => hello('window'));

/** Reads the proof of either end. @throws ProtocolError */
export const parseProof = messageTextParser(() => v.object({ type: v.literal('proof'), proof: token() }));

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

function promptSchema() {
  return v.union([
    v.variant('m', [
      callMessage('progress', [v.string()]),
      callMessage('show', [v.string()]),
      callMessage('ask', [v.object({ text: v.string(), isSecret: v.boolean() })]),
    ]),
    answerMessage(),
  ]);
}

/** A prompt of the window, or its answer to a call. */
export type WindowMessage = v.InferOutput<ReturnType<typeof promptSchema>>;

/** Reads what a window sends that has proved itself. @throws ProtocolError */
export const parseWindowMessage = messageTextParser(promptSchema);

function answerParser<Value extends v.GenericSchema>(value: () => Value) {
  return messageParser(() =>
    v.variant('ok', [
      v.object({ ok: v.literal(true), value: value() }),
      v.object({ ok: v.literal(false), error: v.object({ code: v.string(), message: v.string() }) }),
    ]),
  );
}

function outcome() {
  return v.object({ server: v.string(), ok: v.boolean(), sentence: v.string() });
}

/** Reads the answer to `status` and `get`; the report is printed as it is. @throws ProtocolError */
export const parseReportAnswer = answerParser(() => v.object({ report: v.unknown(), text: v.string() }));

/** Reads the answer to `logout`, `refresh` and `test`. @throws ProtocolError */
export const parseOutcomeAnswer = answerParser(outcome);

/** Reads the answer to `login`. @throws ProtocolError */
export const parseOutcomesAnswer = answerParser(() => v.array(outcome()));

/** Reads the answer to `headers`. @throws ProtocolError */
export const parseHeadersAnswer = answerParser(() =>
  v.object({ headers: v.record(v.string(), v.string()), expiresAt: v.optional(v.number()) }),
);

/** Reads the answer to `names`. @throws ProtocolError */
export const parseNamesAnswer = answerParser(() => v.array(v.string()));
