import { type AdmissionPorts, admit } from '../../core/windows/admission.ts';
import type { AgreementKey } from '../../core/windows/agreementKey.ts';
import type { Candidacy } from '../../core/windows/candidacy.ts';
import type { Lines } from '../framing.ts';
import { expectMessage, receiveMessage, sendMessage } from './handshakeMessages.ts';
import type { HandshakeMessage, Hello } from './protocol.ts';

/** What passing the group's key on needs, at both ends. */
export interface KeyTransferPorts extends AdmissionPorts {
  readonly candidacy: Candidacy;
}

/** A connection whose ends are not known to each other yet. */
export interface UnknownConnection {
  readonly lines: Lines;
  /** Ends the time that an introduction may take; whoever aborts it closes the connection, too. */
  readonly signal: AbortSignal;
}

/**
 * Asks a member for its group's key, if that is the group that the board shows.
 *
 * @returns nothing where it is another group, or the member refuses
 * @throws AuthError the signal's reason, or an `Error` where the answer is no such key, or cannot be kept
 */
export async function askForKey(
  { lines, signal }: UnknownConnection,
  { group }: Hello,
  { membership, candidacy }: KeyTransferPorts,
): Promise<AgreementKey | undefined> {
  if (group === undefined || !(await membership.isOwnGroup(group, signal))) {
    return undefined;
  }
  const found = await membership.currentKey();
  if (found) {
    return found.publicKey === group ? found : undefined;
  }
  const key = await candidacy.obtainKey(group, async (publicKey) => {
    sendMessage(lines, { type: 'pair', publicKey });
    const answer = await receiveMessage(lines);
    return answer && expectMessage(answer, 'paired').sealed;
  });
  if (key) {
    await membership.adopt(key);
  }
  return key;
}

/**
 * Lets a newcomer have the group's key if it asks for it, and receives what it says then.
 *
 * @returns nothing where it is refused, or the connection has ended
 * @throws AuthError the signal's reason, or ProtocolError
 */
export async function receiveAfterAdmission(
  { lines, signal }: UnknownConnection,
  { id }: Hello,
  ports: KeyTransferPorts,
): Promise<HandshakeMessage | undefined> {
  const message = await receiveMessage(lines);
  if (message?.type !== 'pair') {
    return message;
  }
  const sealed = await admit({ id, publicKey: message.publicKey }, ports, signal);
  if (!sealed) {
    return undefined;
  }
  sendMessage(lines, { type: 'paired', sealed });
  return await receiveMessage(lines);
}
