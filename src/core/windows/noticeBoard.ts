import type { Clock } from '../clock.ts';
import { delay } from '../delay.ts';

/**
 * Short public notices that the windows of one profile see of each other, as a port: VS Code's `globalState`. What
 * one window writes, the others see a little later, those of other profiles never. Nothing secret belongs here.
 *
 * A window that writes may put back everything else as it last saw it, so a notice can vanish until whoever needs it
 * writes it again.
 */
export interface NoticeBoard {
  get(name: string): string | undefined;
  /** `undefined` takes the notice away. */
  set(name: string, value: string | undefined): Promise<void>;
}

/** How long a window may be behind, in milliseconds. Measured: some hundreds. */
export const boardLag = 2000;

/** The notice with the public half of the group's key. */
export const groupNotice = 'group';

/** The notice with the public key by which a window wants to be let into the group. */
export function pairingNotice(windowId: string): string {
  return `pairing:${windowId}`;
}

/**
 * Waits until something shows on the board. The board tells of no changes, so it is looked at, at random intervals:
 * two windows that put back each other's notices must not go on doing that in step.
 *
 * @param look is called at each look; `true` ends the waiting
 * @returns whether it showed within `ms` milliseconds
 * @throws AuthError the signal's reason
 */
export async function watchBoard(
  clock: Clock,
  look: () => boolean | Promise<boolean>,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const end = clock.now() + ms;
  for (;;) {
    if (await look()) {
      return true;
    }
    if (clock.now() >= end) {
      return false;
    }
    await delay(clock, 50 + Math.random() * 50, signal);
  }
}
