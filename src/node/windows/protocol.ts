import * as v from 'valibot';
import type { SecretChange } from '../../core/windows/windowGroup.ts';
import { answerMessage, callMessage } from '../callMessage.ts';
import { messageParser, messageTextParser } from '../messageParser.ts';

/**
 * What goes over a connection between two windows. Both ends import this file, but the other end may be an older or
 * a newer version of it, or a program that only pretends: everything that arrives is parsed by a schema of it.
 *
 * 1. Both ends greet.
 * 2. One that does not have the group's key yet sends `pair`, and gets it `paired`.
 * 3. Both send their `proof`.
 * 4. From then on every line is sealed, and holds a call or an answer (birpc).
 */
export const protocolVersion = 1;

/** Limits of one line, in characters. */
export const lineLimits = { greeting: 64 * 1024, message: 16 * 1024 * 1024 } as const;

/** Milliseconds until both ends have to have proved themselves. */
export const handshakeLimit = 5000;

const id = v.pipe(v.string(), v.regex(/^[\w-]{16}$/));
const publicKey = v.pipe(v.string(), v.maxLength(512));
const bytes = v.pipe(
  v.string(),
  v.regex(/^[\w-]*$/),
  v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
);

/** The identity of a window. */
export const identitySchema = v.object({
  id,
  startedAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

const helloSchema = v.object({
  type: v.literal('hello'),
  version: v.literal(protocolVersion),
  /** Another role, with another secret to prove, is another variant. */
  role: v.literal('window'),
  ...identitySchema.entries,
  /** Unguessable. */
  nonce: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
  /** The public key of the group that this window is a member of. */
  group: v.optional(publicKey),
});

/** What both ends say first. */
export type Hello = v.InferOutput<typeof helloSchema>;

const handshakeSchema = v.variant('type', [
  v.object({ type: v.literal('pair'), publicKey }),
  v.object({ type: v.literal('paired'), sealed: bytes }),
  v.object({ type: v.literal('proof'), proof: bytes }),
]);

/** What is said before both ends are known to each other. */
export type HandshakeMessage = v.InferOutput<typeof handshakeSchema>;

const changes = v.array(
  v.object({
    key: v.pipe(v.string(), v.maxLength(256)),
    at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    value: v.nullable(v.string()),
  }),
);

/** What windows call of each other. */
export interface WindowCalls {
  /** Both ends' latest changes, in exchange for each other. */
  exchange(changes: readonly SecretChange[]): Promise<readonly SecretChange[]>;
  apply(changes: readonly SecretChange[]): Promise<void>;
  deliver(query: string): Promise<boolean>;
  /** Says that nothing more will be called over this connection, because there is another one. No answer. */
  retire(): void;
}

const messageSchema = v.union([
  v.variant('m', [
    callMessage('exchange', [changes]),
    callMessage('apply', [changes]),
    callMessage('deliver', [v.string()]),
    callMessage('retire', []),
  ]),
  answerMessage(),
]);

/** A call, or the answer to one, as birpc has it. */
export type Message = v.InferOutput<typeof messageSchema>;

/** The answer to `exchange`. */
export const parseChanges = messageParser(() => changes);

/** The answer to `deliver`. */
export const parseDelivered = messageParser(() => v.boolean());

/** @throws ProtocolError, as all parsers of this file do; it says where a value is wrong, never the value */
export const parseHello = messageTextParser(() => helloSchema);

/** Reads a message of the handshake. @throws ProtocolError */
export const parseHandshakeMessage = messageTextParser(() => handshakeSchema);

/** Reads a call or an answer. @throws ProtocolError */
export const parseMessage = messageTextParser(() => messageSchema);

/** Writes a message of the handshake. */
export function writeHandshakeMessage(message: HandshakeMessage): string {
  return JSON.stringify(message, (_name, value: unknown) =>
    value instanceof Uint8Array ? encodeBytes(value) : value,
  );
}

/** Writes bytes as the schemas here read them. */
export function encodeBytes(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}
