import type { Clock } from '../clock.ts';
import type { AgreementKey } from './agreementKey.ts';
import type { GroupMembership } from './groupMembership.ts';
import { type NoticeBoard, pairingNotice, watchBoard } from './noticeBoard.ts';
import { type Newcomer, sealGroupKey } from './pairing.ts';

/** What a member needs to let others in. */
export interface AdmissionPorts {
  readonly board: NoticeBoard;
  readonly clock: Clock;
  readonly membership: GroupMembership;
}

/** Milliseconds that a member waits for the notice of a newcomer. */
const patience = 3000;

/**
 * Seals the group's key for a newcomer whose notice the board shows, or comes to show within three seconds.
 *
 * @returns nothing where it does not, or this window is no member
 * @throws AuthError the signal's reason
 */
export async function admit(
  newcomer: Newcomer,
  { board, clock, membership }: AdmissionPorts,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let key: AgreementKey | undefined;
  const look = async () => {
    // Each time, since the newcomer's notice may have swept away the group's, which this puts back.
    key = await membership.currentKey();
    return board.get(pairingNotice(newcomer.id)) === newcomer.publicKey;
  };
  const isShown = await watchBoard(clock, look, { ms: patience, signal });
  return isShown && key ? await sealGroupKey(key, newcomer) : undefined;
}
