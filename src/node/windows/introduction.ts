import { randomBytes } from 'node:crypto';
import { type AdmissionPorts, admit } from '../../core/windows/admission.ts';
import { type AgreementKey, privateBytes } from '../../core/windows/agreementKey.ts';
import type { Candidacy } from '../../core/windows/candidacy.ts';
import { type Greetings, opposite, prove, type Side, verifyProof } from '../../core/windows/handshake.ts';
import { createMessageSeal } from '../../core/windows/messageSeal.ts';
import type { WindowIdentity } from '../../core/windows/windowGroup.ts';
import { type Lines, ProtocolError } from './framing.ts';
import {
  type HandshakeMessage,
  type Hello,
  parseHandshakeMessage,
  parseHello,
  protocolVersion,
  writeHandshakeMessage,
} from './protocol.ts';
import { SealedLines } from './sealedLines.ts';

/** What introducing this window to another one needs. */
export interface IntroductionPorts extends AdmissionPorts {
  readonly self: WindowIdentity;
  readonly candidacy: Candidacy;
}

/** The connection of an introduction. */
export interface Encounter {
  readonly lines: Lines;
  readonly side: Side;
  /** Who has to be at the other end, where this one has opened the connection. */
  readonly expected?: string;
  /** Ends the time that an introduction may take; whoever aborts it closes the connection, too. */
  readonly signal: AbortSignal;
}

/** What came of an introduction. */
export type Introduction =
  | { readonly outcome: 'member'; readonly peer: WindowIdentity; readonly channel: SealedLines }
  /** Both are members, of different groups. */
  | { readonly outcome: 'foreign' }
  /** One has no key of a group, and did not get it now. */
  | { readonly outcome: 'stranger' }
  /** The connection ended although both are of one group: one of them had no time. */
  | { readonly outcome: 'lost'; readonly id: string };

/**
 * Introduces this window and the one at the other end to each other. Nothing but this is said, or heard, before both
 * have proved that they have the group's key.
 *
 * @throws ProtocolError where something else is at the other end, or it fails to prove itself
 * @throws AuthError the signal's reason
 */
export async function introduce(encounter: Encounter, ports: IntroductionPorts): Promise<Introduction> {
  const { lines, side, expected } = encounter;
  const held = await ports.membership.currentKey();
  const own = writeHello(ports.self, held);
  // Whoever opened the connection begins, so that one that had no time until now still learns who has called.
  if (side === 'initiator') {
    lines.send(own);
  }
  const theirs = await lines.receive();
  if (theirs === undefined) {
    return { outcome: 'stranger' };
  }
  const peer = parseHello(theirs);
  if (peer.id === ports.self.id || peer.id !== (expected ?? peer.id)) {
    throw new ProtocolError('Another window answers than the registered one.');
  }
  if (side === 'responder') {
    lines.send(own);
  }
  if (held && peer.group !== undefined && peer.group !== held.publicKey) {
    return { outcome: 'foreign' };
  }
  const key = held ?? (await askForKey(encounter, peer, ports));
  if (!key) {
    return { outcome: 'stranger' };
  }
  const greetings =
    side === 'initiator' ? { initiator: own, responder: theirs } : { initiator: theirs, responder: own };
  const secret = privateBytes(key);
  const isProved = await exchangeProofs(encounter, { peer, greetings, secret }, ports);
  if (!isProved) {
    return held && peer.group !== undefined ? { outcome: 'lost', id: peer.id } : { outcome: 'stranger' };
  }
  const { id, startedAt } = peer;
  const channel = new SealedLines(lines, await createMessageSeal(secret, side, greetings));
  return { outcome: 'member', peer: { id, startedAt }, channel };
}

function writeHello({ id, startedAt }: WindowIdentity, key: AgreementKey | undefined): string {
  const hello: Hello = {
    type: 'hello',
    version: protocolVersion,
    role: 'window',
    id,
    startedAt,
    nonce: randomBytes(32).toString('base64url'),
    group: key?.publicKey,
  };
  return JSON.stringify(hello);
}

/** Asks a member for its group's key, if that is the group that the board shows. */
async function askForKey(
  { lines, signal }: Encounter,
  { group }: Hello,
  { membership, candidacy }: IntroductionPorts,
): Promise<AgreementKey | undefined> {
  if (group === undefined || !(await membership.isOwnGroup(group, signal))) {
    return undefined;
  }
  const found = await membership.currentKey();
  if (found) {
    return found.publicKey === group ? found : undefined;
  }
  const key = await candidacy.obtainKey(group, async (publicKey) => {
    send(lines, { type: 'pair', publicKey });
    const answer = await receive(lines);
    return answer && expectMessage(answer, 'paired').sealed;
  });
  if (key) {
    await membership.adopt(key);
  }
  return key;
}

interface Claim {
  readonly peer: Hello;
  readonly greetings: Greetings;
  readonly secret: Uint8Array<ArrayBuffer>;
}

/**
 * @returns whether both have proved themselves; if not, the connection has ended
 * @throws ProtocolError for a wrong proof
 */
async function exchangeProofs(
  encounter: Encounter,
  { peer, greetings, secret }: Claim,
  ports: IntroductionPorts,
): Promise<boolean> {
  const { lines, side } = encounter;
  const proof = await prove(secret, side, greetings);
  const isNewcomer = peer.group === undefined;
  if (!isNewcomer) {
    send(lines, { type: 'proof', proof });
  }
  const message = await (isNewcomer ? receiveAfterAdmission(encounter, peer, ports) : receive(lines));
  if (!message) {
    return false;
  }
  const said = { by: opposite(side), greetings };
  if (!(await verifyProof(secret, expectMessage(message, 'proof').proof, said))) {
    throw new ProtocolError('A window could not prove that it is of this group.');
  }
  if (isNewcomer) {
    send(lines, { type: 'proof', proof });
  }
  return true;
}

/** Lets a newcomer have the group's key if it asks for it, and receives what it says then. */
async function receiveAfterAdmission(
  { lines, signal }: Encounter,
  { id }: Hello,
  ports: IntroductionPorts,
): Promise<HandshakeMessage | undefined> {
  const message = await receive(lines);
  if (message?.type !== 'pair') {
    return message;
  }
  const sealed = await admit({ id, publicKey: message.publicKey }, ports, signal);
  if (!sealed) {
    return undefined;
  }
  send(lines, { type: 'paired', sealed });
  return await receive(lines);
}

function send(lines: Lines, message: HandshakeMessage): void {
  lines.send(writeHandshakeMessage(message));
}

async function receive(lines: Lines): Promise<HandshakeMessage | undefined> {
  const line = await lines.receive();
  return line === undefined ? undefined : parseHandshakeMessage(line);
}

function expectMessage<Type extends HandshakeMessage['type']>(
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
