import { rename } from 'node:fs/promises';
import { type Clock, systemClock } from '../core/clock.ts';
import { delay } from '../core/delay.ts';

/** What takes the place of this machine in tests. */
export interface RenameSurroundings {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly clock: Clock;
}

const system: RenameSurroundings = { platform: process.platform, rename, clock: systemClock };

/** How Windows says that somebody has one of the files open; also how it says that the person may not, for good. */
const inUse: ReadonlySet<unknown> = new Set(['EACCES', 'EBUSY', 'EPERM']);

/** Milliseconds before each further try: little more than a second, which a reader or a virus scanner never takes. */
const pauses = [5, 10, 20, 40, 80, 160, 320, 640] as const;

/**
 * Puts a file that is complete in the place of another one, or where none is, so that nobody ever sees half of it. On
 * Windows that fails while any program has either of them open (nodejs/node#29481), and is tried again.
 *
 * @throws the system's error
 */
export async function renameOver(
  from: string,
  to: string,
  { platform, rename, clock }: RenameSurroundings = system,
): Promise<void> {
  for (const pause of platform === 'win32' ? pauses : []) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && inUse.has(error.code))) {
        throw error;
      }
      await delay(clock, pause, never);
    }
  }
  await rename(from, to);
}

const never = new AbortController().signal;
