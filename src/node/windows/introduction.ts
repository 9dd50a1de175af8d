import { randomBytes } from 'node:crypto';
import { type AgreementKey, privateBytes } from '../../core/windows/agreementKey.ts';
import { type Greetings, opposite, prove, type Side, verifyProof } from '../../core/windows/handshake.ts';
import { createMessageSeal } from '../../core/windows/messageSeal.ts';
import type { WindowIdentity } from '../../core/windows/windowGroup.ts';
import { ProtocolError } from '../framing.ts';
import { expectMessage, receiveMessage, sendMessage } from './handshakeMessages.ts';
import {
  askForKey,
  type KeyTransferPorts,
  receiveAfterAdmission,
  type UnknownConnection,
} from './keyTransfer.ts';
import { type Hello, parseHello, protocolVersion } from './protocol.ts';
import { SealedLines } from './sealedLines.ts';

/** What introducing this window to another one needs. */
export interface IntroductionPorts extends KeyTransferPorts {
  readonly self: WindowIdentity;
}

/** The connection of an introduction. */
export interface Encounter extends UnknownConnection {
  readonly side: Side;
  /** Who has to be at the other end, where this one has opened the connection. */
  readonly expected?: string;
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
  const held = await ports.membership.currentKey();
  const greeted = await greet(encounter, ports.self, held);
  if (!greeted) {
    return { outcome: 'stranger' };
  }
  const { peer, greetings } = greeted;
  if (held && peer.group !== undefined && peer.group !== held.publicKey) {
    return { outcome: 'foreign' };
  }
  const key = held ?? (await askForKey(encounter, peer, ports));
  if (!key) {
    return { outcome: 'stranger' };
  }
  const secret = privateBytes(key);
  if (!(await exchangeProofs(encounter, { peer, greetings, secret }, ports))) {
    return held && peer.group !== undefined ? { outcome: 'lost', id: peer.id } : { outcome: 'stranger' };
  }
  const { id, startedAt } = peer;
  const seal = await createMessageSeal(secret, encounter.side, greetings);
  return { outcome: 'member', peer: { id, startedAt }, channel: new SealedLines(encounter.lines, seal) };
}

interface Greeted {
  readonly peer: Hello;
  readonly greetings: Greetings;
}

/** @returns nothing where the connection has ended @throws ProtocolError where nobody greets who should */
async function greet(
  { lines, side, expected }: Encounter,
  self: WindowIdentity,
  key: AgreementKey | undefined,
): Promise<Greeted | undefined> {
  const own = writeHello(self, key);
  // Whoever has opened the connection begins: one that had no time until now still learns who has called.
  if (side === 'initiator') {
    lines.send(own);
  }
  const theirs = await lines.receive();
  if (theirs === undefined) {
    return undefined;
  }
  const peer = parseHello(theirs);
  if (peer.id === self.id || peer.id !== (expected ?? peer.id)) {
    throw new ProtocolError('Another window answers than the registered one.');
  }
  if (side === 'initiator') {
    return { peer, greetings: { initiator: own, responder: theirs } };
  }
  lines.send(own);
  return { peer, greetings: { initiator: theirs, responder: own } };
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

interface Claim extends Greeted {
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
    sendMessage(lines, { type: 'proof', proof });
  }
  const message = await (isNewcomer ? receiveAfterAdmission(encounter, peer, ports) : receiveMessage(lines));
  if (!message) {
    return false;
  }
  const said = { by: opposite(side), greetings };
  if (!(await verifyProof(secret, expectMessage(message, 'proof').proof, said))) {
    throw new ProtocolError('A window could not prove that it is of this group.');
  }
  if (isNewcomer) {
    sendMessage(lines, { type: 'proof', proof });
  }
  return true;
}
