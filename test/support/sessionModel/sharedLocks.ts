import { throwIfAborted } from '../../../src/core/errors.ts';
import type { SessionLocks } from '../../../src/core/session/sessionLocks.ts';
import type { Pause } from '../pause.ts';
import type { Lifetime } from './turns.ts';

interface Holder {
  readonly whose: Lifetime;
  readonly enter: () => void;
}

/** Locks that several windows share. A window that ends loses them, and its place in the queue. */
export class SharedLocks {
  /** First the one that holds the lock, then those that wait, by key. */
  readonly #queues = new Map<string, Holder[]>();

  /** The locks as one window sees them. `onEnd` is told when a turn of it has ended. */
  forWindow(whose: Lifetime, pause: Pause, onEnd: (key: string) => void): SessionLocks {
    return {
      run: async (key, work, signal) => {
        await pause();
        await this.#enter(key, whose);
        try {
          await pause();
          if (signal) {
            throwIfAborted(signal);
          }
          return await work();
        } finally {
          onEnd(key);
          await pause();
          this.#leave(key, whose);
        }
      },
    };
  }

  /** Gives the turns of windows that have ended to those who wait. */
  release(): void {
    for (const key of [...this.#queues.keys()]) {
      this.#change(key, (queue) => queue.filter(({ whose }) => !whose.isOver));
    }
  }

  async #enter(key: string, whose: Lifetime): Promise<void> {
    await new Promise<void>((enter) => {
      this.#change(key, (queue) => [...queue, { whose, enter }]);
    });
  }

  #leave(key: string, leaving: Lifetime): void {
    this.#change(key, (queue) => queue.filter(({ whose }, place) => place > 0 || whose !== leaving));
  }

  #change(key: string, change: (queue: readonly Holder[]) => readonly Holder[]): void {
    const before = this.#queues.get(key) ?? [];
    const after = change(before);
    this.#queues.set(key, [...after]);
    if (after[0] !== before[0]) {
      after[0]?.enter();
    }
  }
}
