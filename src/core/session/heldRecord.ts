import { type Clock, waitAtMost } from '../clock.ts';
import type { Disposable } from '../disposable.ts';
import type { Log } from '../log.ts';
import { SignInInterruptedError } from '../oauth/signInInterruptedError.ts';
import type { SecretStorage } from './secretStorage.ts';
import type { SessionLocks } from './sessionLocks.ts';

/** How long a person waits for a storage that does not answer, in milliseconds. */
export const storagePatience = 1_000;

/** What holding a record takes. */
export interface HeldRecordPorts {
  readonly secrets: SecretStorage;
  readonly locks: SessionLocks;
  readonly clock: Clock;
  readonly log: Log;
}

/** The record of a sign-in that this window waits for. */
export interface Holding {
  /** Its key in the storage. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Resolves, never rejects, with whether the record is in the storage. */
  readonly written: Promise<boolean>;
  /** Called when another window has taken the record away, to finish the sign-in there. */
  readonly onTaken: () => void;
}

/**
 * A record whose sign-in this window waits for. Other windows can finish the sign-in as long as the record is there:
 * whoever takes it away sends the code, and nobody else does.
 */
export class HeldRecord {
  readonly #ports: HeldRecordPorts;
  readonly #holding: Holding;
  readonly #subscription: Disposable;
  #isWritten = false;
  #hasEnded = false;

  constructor(ports: HeldRecordPorts, holding: Holding) {
    this.#ports = ports;
    this.#holding = holding;
    void holding.written.then((isWritten) => {
      this.#isWritten = isWritten;
    });
    this.#subscription = ports.secrets.onDidChange(({ key }) => {
      if (key === holding.key) {
        void this.#look();
      }
    });
  }

  /**
   * Takes the record away, before the code is sent. What cannot be taken away nobody else finishes either, since
   * those without a memory of the sign-in insist on taking it.
   *
   * @throws AuthError `cancelled` when another window was faster
   */
  async claim(): Promise<void> {
    const { secrets, locks, log } = this.#ports;
    const { key } = this.#holding;
    this.#end();
    if (!this.#isWritten) {
      void this.#remove();
      return;
    }
    let wasThere: boolean;
    try {
      wasThere = await locks.run(key, async () => {
        const isThere = (await secrets.get(key)) !== undefined;
        await (isThere && secrets.delete(key));
        return isThere;
      });
    } catch (reason) {
      log.warn('The record of a sign-in could not be removed', { reason });
      return;
    }
    if (!wasThere && !this.#hasExpired()) {
      throw new SignInInterruptedError('finishedElsewhere');
    }
  }

  /** Removes the record of a sign-in that has ended in any other way. Never throws. */
  async release(): Promise<void> {
    if (!this.#hasEnded) {
      this.#end();
      const removal = this.#remove();
      await (this.#isWritten && waitAtMost(removal, storagePatience, this.#ports.clock));
    }
  }

  /** Leaves the record to others, since this window goes away. */
  leave(): void {
    this.#end();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#subscription.dispose();
  }

  async #remove(): Promise<void> {
    try {
      await ((await this.#holding.written) && this.#ports.secrets.delete(this.#holding.key));
    } catch (reason) {
      this.#ports.log.warn('The record of a sign-in could not be removed', { reason });
    }
  }

  async #look(): Promise<void> {
    try {
      const isGone = this.#isWritten && (await this.#ports.secrets.get(this.#holding.key)) === undefined;
      if (isGone && !this.#hasEnded && !this.#hasExpired()) {
        this.#holding.onTaken();
      }
    } catch (reason) {
      this.#ports.log.debug('The record of a sign-in could not be read', { reason });
    }
  }

  /** Expired records are removed by whoever meets them, which says nothing. */
  #hasExpired(): boolean {
    return this.#ports.clock.now() >= this.#holding.expiresAt;
  }
}
