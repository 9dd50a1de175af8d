import { ProtocolError } from '../framing.ts';
import { parseRecord } from './records.ts';

/**
 * What goes over a connection between the terminal command and a window. Both ends import this file, but the other
 * end may be an older or a newer version of it, or a program that only pretends: everything that arrives is parsed; by
 * the window in `terminalMessage.ts`, by the terminal in `windowMessage.ts`.
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

/** What an end says first. */
export interface Hello {
  readonly type: 'hello';
  readonly version: typeof protocolVersion;
  readonly role: 'terminal' | 'window';
  /** 32 random bytes. */
  readonly nonce: string;
}

/** Unguessable numbers, secrets and proofs: 32 bytes each. */
const token = /^[\w-]{43}$/;

/** Whether a value is one of these. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && token.test(value);
}

/** Reads what the end of that role says first. @throws ProtocolError */
export function parseHello(text: string, expected: Hello['role']): Hello {
  const { type, version, role, nonce } = parseRecord(text);
  if (type !== 'hello' || version !== protocolVersion || role !== expected || !isToken(nonce)) {
    throw new ProtocolError(`This is no ${expected} of version ${protocolVersion}.`);
  }
  return { type, version, role: expected, nonce };
}

/** Reads the proof of either end. @throws ProtocolError */
export function parseProof(text: string): string {
  const { type, proof } = parseRecord(text);
  if (type !== 'proof' || !isToken(proof)) {
    throw new ProtocolError('This is no proof.');
  }
  return proof;
}
