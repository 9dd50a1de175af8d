import type { Socket } from 'node:net';
import { delay } from '../../core/delay.ts';
import type { SessionLocks } from '../../core/session/sessionLocks.ts';
import { Queues } from '../queues.ts';
import { type EncounterPorts, type Result, receive, visit } from './encounters.ts';
import type { RegisteredWindow, Registry } from './registry.ts';

/** What meeting all other windows needs. */
export interface MeetingsPorts extends EncounterPorts {
  readonly registry: Registry;
  readonly locks: SessionLocks;
}

/** Meets the other windows, until this one is connected with all of its group. */
export class Meetings {
  readonly #ports: MeetingsPorts;
  readonly #visits = new Queues();
  /** Windows that were visited again because one of both had no time: once is enough. */
  readonly #revisited = new Set<string>();

  constructor(ports: MeetingsPorts) {
    this.#ports = ports;
  }

  /**
   * Meets every other window, after which this one is in a group: in theirs or, if need be, in a new one.
   *
   * @throws AuthError the signal's reason
   */
  async meetAll(): Promise<void> {
    await this.visitAll();
    if (!(await this.#ports.membership.currentKey())) {
      await this.#ports.locks.run('window-group', () => this.#foundGroup(), this.#ports.signal);
      await this.visitAll();
    }
  }

  /** Meets whoever has opened a connection to this window. Never throws. */
  async receive(socket: Socket): Promise<void> {
    this.#conclude(await receive(socket, this.#ports));
  }

  /** Visits every registered window that is no peer yet. Never throws. */
  async visitAll(): Promise<void> {
    try {
      const windows = await this.#ports.registry.list();
      await Promise.all(windows.map((window) => this.#visit(window)));
    } catch (reason) {
      this.#ports.log.warn('Other windows cannot be found', { reason });
    }
  }

  /** Begins a group, unless there is one by now: other windows wait for this to end before they do the same. */
  async #foundGroup(): Promise<void> {
    if (!(await this.#ports.membership.currentKey())) {
      await this.visitAll();
    }
    if (!(await this.#ports.membership.currentKey())) {
      await this.#ports.membership.beginGroup();
      // Where locks do not work, another window may begin one at the same time.
      void this.#followBoard();
    }
  }

  async #visit(window: RegisteredWindow): Promise<void> {
    const { signal } = this.#ports;
    // One visit after the other, since what one lacked, such as the key, the next may have.
    const place = this.#visits.enter(window.id);
    try {
      await place.turn(signal);
      if (window.id === this.#ports.self.id || this.#ports.peers.has(window.id)) {
        return;
      }
      const result = await visit(window, this.#ports);
      if (result.outcome === 'gone') {
        await this.#ports.registry.forget(window);
      }
      this.#conclude(result);
    } catch {
      // This window has ended.
    } finally {
      place.leave();
    }
  }

  /** What follows from an encounter that could end otherwise next time. */
  #conclude(result: Result): void {
    if (result.outcome === 'lost' && !this.#revisited.has(result.id)) {
      this.#revisited.add(result.id);
      void this.visitAll();
    } else if (result.outcome === 'foreign') {
      void this.#followBoard();
    }
  }

  /** If this window's group has just been replaced by another one, it joins that. */
  async #followBoard(): Promise<void> {
    const { signal } = this.#ports;
    try {
      if (await this.#ports.membership.isSuperseded(signal)) {
        // The other window may find the same of its group: not both should do the same about it.
        await delay(this.#ports.clock, Math.random() * 500, signal);
        await this.meetAll();
      }
    } catch {
      // This window has ended, or the board fails.
    }
  }
}
