import { type Lines, ProtocolError } from '../framing.ts';
import { type HandshakeMessage, parseHandshakeMessage, writeHandshakeMessage } from './protocol.ts';

/** Says something before both ends are known to each other. */
export function sendMessage(lines: Lines, message: HandshakeMessage): void {
  lines.send(writeHandshakeMessage(message));
}

/** @returns nothing when the connection has ended @throws ProtocolError */
export async function receiveMessage(lines: Lines): Promise<HandshakeMessage | undefined> {
  const line = await lines.receive();
  return line === undefined ? undefined : parseHandshakeMessage(line);
}

/** @throws ProtocolError for a message of another type */
export function expectMessage<Type extends HandshakeMessage['type']>(
  message: HandshakeMessage,
  type: Type,
): Extract<HandshakeMessage, { readonly type: Type }> {
  if (!isOfType(message, type)) {
    throw new ProtocolError(`Expected ${type}, got ${message.type}.`);
  }
  return message;
}

function isOfType<Type extends HandshakeMessage['type']>(
  message: HandshakeMessage,
  type: Type,
): message is Extract<HandshakeMessage, { readonly type: Type }> {
  return message.type === type;
}
