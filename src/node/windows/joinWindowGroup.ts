import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { delay } from '../../core/delay.ts';
import type { Event } from '../../core/event.ts';
import type { Log } from '../../core/log.ts';
import type { Redactor } from '../../core/redaction.ts';
import type { SecretStorage } from '../../core/session/secretStorage.ts';
import type { SessionLocks } from '../../core/session/sessionLocks.ts';
import { Candidacy } from '../../core/windows/candidacy.ts';
import { GroupMembership } from '../../core/windows/groupMembership.ts';
import type { NoticeBoard } from '../../core/windows/noticeBoard.ts';
import { bySeniority } from '../../core/windows/seniority.ts';
import type {
  SecretChange,
  WindowGroup,
  WindowHandlers,
  WindowIdentity,
} from '../../core/windows/windowGroup.ts';
import { Queues } from '../queues.ts';
import { type EncounterPorts, type Result, receive, visit } from './encounters.ts';
import { type MeetingPlace, openMeetingPlace } from './meetingPlace.ts';
import { Peers } from './peers.ts';
import type { RegisteredWindow } from './registry.ts';

/** What joining the other windows needs. */
export interface WindowGroupOptions {
  /** Absolute; the same for all windows that may meet, such as `<globalStorage>/windows`. Made if need be. */
  readonly folder: string;
  /** This window's own, as VS Code gives it. */
  readonly secrets: SecretStorage;
  readonly board: NoticeBoard;
  readonly handlers: WindowHandlers;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly locks: SessionLocks;
}

/** Milliseconds after which a window goes on, whoever has not answered yet. */
const firstRoundLimit = 5000;

/**
 * Joins the windows of this machine that share this window's secret storage, and lets them in later. Returns at
 * once. Where there is no way to meet, the window stays alone and the log says why; nothing is ever thrown.
 */
export function joinWindowGroup(options: WindowGroupOptions): WindowGroup {
  return new MemberWindow(options);
}

class MemberWindow implements WindowGroup {
  readonly self: WindowIdentity;
  readonly joined: Promise<void>;
  readonly onDidChange: Event<void>;
  readonly #options: WindowGroupOptions;
  readonly #ended = new AbortController();
  readonly #membership: GroupMembership;
  readonly #candidacy: Candidacy;
  readonly #peers: Peers;
  readonly #encounters: EncounterPorts;
  readonly #visits = new Queues();
  /** Windows that were visited again because one of both had no time: once is enough. */
  readonly #revisited = new Set<string>();
  #place: MeetingPlace | undefined;

  constructor(options: WindowGroupOptions) {
    const { clock } = options;
    this.#options = options;
    this.self = { id: randomBytes(12).toString('base64url'), startedAt: clock.now() };
    this.#membership = new GroupMembership(options);
    this.#candidacy = new Candidacy(this.self.id, { ...options, signal: this.#ended.signal });
    this.#peers = new Peers(this.self, options);
    this.onDidChange = this.#peers.onDidChange;
    this.#encounters = {
      ...options,
      self: this.self,
      membership: this.#membership,
      candidacy: this.#candidacy,
      peers: this.#peers,
      signal: this.#ended.signal,
    };
    this.joined = this.#withinFirstRound(this.#join());
  }

  get others(): readonly WindowIdentity[] {
    return this.#peers.identities;
  }

  get isHolder(): boolean {
    return this.others.every((other) => bySeniority(this.self, other) < 0);
  }

  announce(changes: readonly SecretChange[]): Promise<void> {
    return this.#peers.announce(changes);
  }

  deliver(query: string): Promise<boolean> {
    return this.#peers.deliver(query);
  }

  dispose(): void {
    this.#ended.abort();
    this.#peers.dispose();
    this.#place?.dispose();
    this.#candidacy.withdraw().catch(() => undefined);
  }

  async #join(): Promise<void> {
    const { folder, log } = this.#options;
    const { signal } = this.#ended;
    try {
      const onConnection = (socket: Socket) => void this.#receive(socket);
      const place = await openMeetingPlace(folder, this.self, { log, onConnection });
      if (signal.aborted) {
        place.dispose();
        return;
      }
      this.#place = place;
      await this.#membership.currentKey();
      // With a new key it can meet those that it could not meet before.
      this.#membership.onDidObtainKey(() => void this.#visitAll());
      await this.#meetAll();
    } catch (reason) {
      if (!signal.aborted) {
        log.warn('This window cannot meet other windows', { reason });
      }
    }
  }

  /** Meets every other window, after which this one is in a group: in theirs or, if need be, in a new one. */
  async #meetAll(): Promise<void> {
    await this.#visitAll();
    if (!(await this.#membership.currentKey())) {
      await this.#options.locks.run('window-group', () => this.#foundGroup(), this.#ended.signal);
      await this.#visitAll();
    }
  }

  /** Begins a group, unless there is one by now: other windows wait for this to end before they do the same. */
  async #foundGroup(): Promise<void> {
    if (!(await this.#membership.currentKey())) {
      await this.#visitAll();
    }
    if (!(await this.#membership.currentKey())) {
      await this.#membership.beginGroup();
      // Where locks do not work, another window may begin one at the same time.
      void this.#followBoard();
    }
  }

  async #receive(socket: Socket): Promise<void> {
    this.#conclude(await receive(socket, this.#encounters));
  }

  /** Visits every registered window that is no peer yet. Never throws. */
  async #visitAll(): Promise<void> {
    try {
      const windows = (await this.#place?.registry.list()) ?? [];
      await Promise.all(windows.map((window) => this.#visit(window)));
    } catch (reason) {
      this.#options.log.warn('Other windows cannot be found', { reason });
    }
  }

  async #visit(window: RegisteredWindow): Promise<void> {
    const { signal } = this.#ended;
    // One visit after the other, since what one lacked, such as the key, the next may have.
    const place = this.#visits.enter(window.id);
    try {
      await place.turn(signal);
      if (window.id === this.self.id || this.#peers.has(window.id)) {
        return;
      }
      const result = await visit(window, this.#encounters);
      if (result.outcome === 'gone') {
        await this.#place?.registry.forget(window);
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
      void this.#visitAll();
    } else if (result.outcome === 'foreign') {
      void this.#followBoard();
    }
  }

  /** If this window's group has just been replaced by another one, it joins that. */
  async #followBoard(): Promise<void> {
    const { signal } = this.#ended;
    try {
      if (await this.#membership.isSuperseded(signal)) {
        // The other window may find the same of its group: not both should do the same about it.
        await delay(this.#options.clock, Math.random() * 500, signal);
        await this.#meetAll();
      }
    } catch {
      // This window has ended, or the board fails.
    }
  }

  async #withinFirstRound(round: Promise<void>): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.setTimer(firstRoundLimit, resolve);
    this.#ended.signal.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([round, over]);
    timer.dispose();
  }
}
