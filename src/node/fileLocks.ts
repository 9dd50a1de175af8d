import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockOptions } from 'proper-lockfile';
import { type Clock, createDeadline, systemClock } from '../core/clock.ts';
import { delay } from '../core/delay.ts';
import { abortError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import { Queues } from './queues.ts';

/** What locks in the file system need. */
export interface FileLocksOptions {
  /** Made when it is first needed, for this user only. */
  readonly folder: string;
  readonly log: Log;
  readonly clock?: Clock;
  /**
   * Milliseconds after which a lock that nobody has renewed is taken from its holder, at least 2000. Long enough for
   * an extension host that other extensions block; a holder that is alive renews it twice in that time.
   */
  readonly stale?: number;
}

/** Milliseconds that a caller waits for its turn, before it goes on without. */
const patience = 45_000;

/** So many times in a row locking has to fail: Windows fails where a folder is just being removed. */
const failuresToGiveUp = 3;

type Release = () => Promise<void>;

/**
 * Locks between processes: a folder per key, which its holder renews.
 *
 * A holder that was killed is noticed after `stale`. Whoever takes its lock away does so under a second lock, since
 * two that find the same stale one could otherwise remove each other's new one. What remains is a window of a few
 * milliseconds, if a process is killed in the midst of just that; and a holder whose process stood still for longer
 * than `stale` shares its turn with the next one.
 */
export function createFileLocks({
  folder,
  log,
  clock = systemClock,
  stale = 20_000,
}: FileLocksOptions): SessionLocks {
  const queues = new Queues();
  const tryLock = createTryLock({ folder, log, stale });
  let warned = false;

  /** @throws AuthError the signal's reason */
  async function acquire(name: string, signal: AbortSignal): Promise<Release | undefined> {
    let failures = 0;
    for (let longest = 15; ; longest = Math.min(longest * 1.5, 250)) {
      try {
        const release = await tryLock(name);
        if (release) {
          return release;
        }
        failures = 0;
      } catch (reason) {
        failures++;
        if (failures === failuresToGiveUp) {
          warnOnce(reason);
          return undefined;
        }
      }
      // Random, so that those who wait for the same lock do not all ask at the same moments.
      await delay(clock, longest * (0.5 + Math.random() / 2), signal);
    }
  }

  function warnOnce(reason: unknown): void {
    if (!warned) {
      warned = true;
      log.warn('Windows cannot wait for each other: what they do at the same time may collide', { reason });
    }
  }

  return {
    async run(key, work, signal) {
      const name = createHash('sha256').update(key).digest('hex');
      const place = queues.enter(name);
      const deadline = createDeadline(clock, patience, { signal, sentence: 'A lock is held for too long.' });
      try {
        const release = await place
          .turn(deadline.signal)
          .then(() => acquire(name, deadline.signal))
          .catch((reason) => {
            if (signal?.aborted) {
              throw abortError(signal);
            }
            log.warn('Another window is at the same for too long: going on beside it', { reason });
          })
          .finally(() => deadline.dispose());
        try {
          return await work();
        } finally {
          await release?.();
        }
      } finally {
        place.leave();
      }
    },
  };
}

/**
 * @returns a function that takes the lock of a name now, or says `undefined` where another process has it; it throws
 *   the system's error where nothing can be locked, for example `EROFS`
 */
function createTryLock({ folder, log, stale }: Required<Omit<FileLocksOptions, 'clock'>>) {
  const common = {
    realpath: false,
    // Its holder can only be told afterwards: the work goes on.
    onCompromised: (reason: Error) => log.warn('A lock was lost to another window', { reason }),
  };
  const evenIfStale = { ...common, stale };
  // Nothing is ever as stale as this.
  const unlessExists = { ...common, stale: Number.POSITIVE_INFINITY, update: stale / 2 };

  return async (name: string): Promise<Release | undefined> => {
    // Loaded at first use, because it hooks the exit of the process.
    const lockfile = await import('proper-lockfile');
    const tryOne = async (path: string, options: LockOptions): Promise<Release | undefined> => {
      const release = await unlessHeld(lockfile.lock(path, options));
      return (
        release && (() => release().catch((reason) => log.debug('A lock could not be released', { reason })))
      );
    };
    const path = join(folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const first = await tryOne(path, unlessExists);
    if (first || (await lockfile.check(path, evenIfStale))) {
      return first;
    }
    const second = await tryOne(`${path}.stale`, evenIfStale);
    try {
      return second && (await tryOne(path, evenIfStale));
    } finally {
      await second?.();
    }
  };
}

async function unlessHeld<T>(locked: Promise<T>): Promise<T | undefined> {
  try {
    return await locked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') {
      return undefined;
    }
    throw error;
  }
}
